//! Languages that are compiled.

use super::super::language::{BRACES, Language, long, quote, raw};

/// All of them.
pub static ALL: [Language; 11] = [RUST, C, CPP, CSHARP, JAVA, KOTLIN, SWIFT, GO, SCALA, DART, ZIG];

const RUST: Language = Language {
    names: "rust rs",
    quotes: &[long("\"")],
    has_chars: true,
    attribute_signs: "#",
    keywords: "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod \
        move mut pub ref return self static struct super trait type unsafe use where while yield",
    types: "Self bool char f32 f64 i128 i16 i32 i64 i8 isize str u128 u16 u32 u64 u8 usize",
    constants: "Err None Ok Some false true",
    ..BRACES
};

const C: Language = Language {
    names: "c h",
    quotes: &[quote("\"")],
    has_chars: true,
    attribute_signs: "#",
    keywords: "_Atomic _Static_assert auto break case const continue default do else enum extern for goto if inline \
        register restrict return sizeof static struct switch typedef union volatile while",
    types: "FILE bool char double float int int16_t int32_t int64_t int8_t long ptrdiff_t short signed size_t \
        ssize_t uint16_t uint32_t uint64_t uint8_t uintptr_t unsigned void wchar_t",
    constants: "NULL false true",
    ..BRACES
};

const CPP: Language = Language {
    names: "cpp c++ cc cxx hpp arduino",
    quotes: &[quote("\"")],
    has_chars: true,
    attribute_signs: "#",
    keywords: "_Atomic _Static_assert alignas alignof and auto break case catch class co_await co_return co_yield \
        concept const const_cast consteval constexpr constinit continue decltype default delete do \
        dynamic_cast else enum explicit export extern final for friend goto if inline mutable namespace new \
        noexcept not operator or override private protected public register reinterpret_cast requires \
        restrict return sizeof static static_assert static_cast struct switch template this throw try \
        typedef typeid typename union using virtual volatile while",
    types: "FILE bool char char16_t char32_t char8_t double float int int16_t int32_t int64_t int8_t long map \
        optional pair ptrdiff_t set shared_ptr short signed size_t ssize_t string string_view uint16_t \
        uint32_t uint64_t uint8_t uintptr_t unique_ptr unordered_map unsigned variant vector void wchar_t",
    constants: "NULL false nullptr true",
    ..BRACES
};

const CSHARP: Language = Language {
    names: "csharp cs c#",
    quotes: &[long("\"\"\""), quote("\"")],
    has_chars: true,
    attribute_signs: "#@",
    keywords: "abstract as async await base break case catch checked class const continue default delegate do else \
        enum event explicit extern finally fixed for foreach get goto if implicit in init interface internal \
        is lock namespace new operator out override params partial private protected public readonly record \
        ref required return sealed set sizeof stackalloc static struct switch this throw try typeof \
        unchecked unsafe using value var virtual volatile when where while with yield",
    types: "bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong \
        ushort void",
    constants: "false null true",
    ..BRACES
};

const JAVA: Language = Language {
    names: "java",
    quotes: &[long("\"\"\""), quote("\"")],
    has_chars: true,
    keywords: "abstract assert break case catch class const continue default do else enum extends final finally for \
        goto if implements import instanceof interface native new non-sealed package permits private \
        protected public record return sealed static strictfp super switch synchronized this throw throws \
        transient try var volatile while yield",
    types: "boolean byte char double float int long short void",
    constants: "false null true",
    ..BRACES
};

const KOTLIN: Language = Language {
    names: "kotlin kt kts",
    quotes: &[raw("\"\"\""), quote("\"")],
    has_chars: true,
    keywords: "abstract actual annotation as break by catch class companion const constructor continue crossinline \
        data do else enum expect external final finally for fun get if import in infix init inline inner \
        interface internal is lateinit noinline object open operator out override package private protected \
        public reified return sealed set super suspend tailrec this throw try typealias val value var vararg \
        when where while",
    types: "Any Boolean Byte Char Double Float Int Long Nothing Short String Unit",
    constants: "false null true",
    ..BRACES
};

const SWIFT: Language = Language {
    names: "swift",
    quotes: &[long("\"\"\""), quote("\"")],
    attribute_signs: "@#",
    keywords: "actor any as associatedtype async await break case catch class continue convenience default defer \
        deinit didSet do else enum extension fallthrough fileprivate final for func get guard if import in \
        indirect infix init inout internal is lazy let mutating nonisolated open operator optional override \
        postfix precedencegroup prefix private protocol public repeat required rethrows return self set some \
        static struct subscript super switch throw throws try typealias unowned var weak where while willSet",
    types: "Any Array Bool Character Dictionary Double Float Int Self Set String UInt Void",
    constants: "false nil true",
    ..BRACES
};

const GO: Language = Language {
    names: "go golang",
    quotes: &[raw("`"), quote("\"")],
    has_chars: true,
    attribute_signs: "",
    keywords: "break case chan const continue default defer else fallthrough for func go goto if import interface \
        map package range return select struct switch type var",
    types: "any append bool byte cap clear close comparable complex complex128 complex64 copy delete error \
        float32 float64 imag int int16 int32 int64 int8 len make max min new panic print println real \
        recover rune string uint uint16 uint32 uint64 uint8 uintptr",
    constants: "false iota nil true",
    ..BRACES
};

const SCALA: Language = Language {
    names: "scala sc",
    quotes: &[raw("\"\"\""), quote("\"")],
    has_chars: true,
    keywords: "abstract case catch class def do else end enum export extends extension final finally for forSome \
        given if implicit import inline lazy match new object opaque open override package private protected \
        return sealed super then this throw trait transparent try type using val var while with yield",
    types: "Any AnyRef Boolean Byte Char Double Float Int List Long Map Nothing Option Seq Set Short String Unit",
    constants: "None Some false null true",
    ..BRACES
};

const DART: Language = Language {
    names: "dart",
    quotes: &[long("\"\"\""), long("'''"), quote("\""), quote("'")],
    keywords: "abstract as assert async await base break case catch class const continue covariant default deferred \
        do else enum export extends extension external factory final finally for get hide if implements \
        import in interface is late library mixin new of on operator part required rethrow return sealed set \
        show static super switch sync this throw try typedef var when while with yield",
    types: "Future Iterable List Map Never Object Set Stream String bool double dynamic int num void",
    constants: "false null true",
    ..BRACES
};

const ZIG: Language = Language {
    names: "zig",
    block_comments: &[],
    quotes: &[quote("\"")],
    has_chars: true,
    keywords: "align allowzero and anyframe anytype asm async await break callconv catch comptime const continue \
        defer else enum errdefer error export extern fn for if inline linksection noalias noinline nosuspend \
        opaque or orelse packed pub resume return struct suspend switch test threadlocal try union \
        unreachable usingnamespace var volatile while",
    types: "anyerror anyopaque bool f16 f32 f64 i128 i16 i32 i64 i8 isize noreturn type u128 u16 u32 u64 u8 \
        usize void",
    constants: "false null true undefined",
    ..BRACES
};
