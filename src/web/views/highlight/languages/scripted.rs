//! Languages that are run as they are, or thought of as functions.

use super::super::language::{BRACES, HASH, Language, PLAIN, Quote, long, quote, raw};

/// All of them.
pub static ALL: [Language; 14] =
    [JAVASCRIPT, TYPESCRIPT, PYTHON, RUBY, PHP, PERL, LUA, SHELL, POWERSHELL, SQL, HASKELL, ELIXIR, ERLANG, CLOJURE];

const JAVASCRIPT: Language = Language {
    names: "javascript js jsx mjs cjs node",
    quotes: &[long("`"), quote("\""), quote("'")],
    name_signs: "$",
    keywords: "as async await break case catch class const continue debugger default delete do else export extends \
        finally for from function get if import in instanceof let new of return set static super switch this \
        throw try typeof var void while with yield",
    types: "Array Boolean Date Error JSON Map Math Number Object Promise Reflect RegExp Set String Symbol \
        WeakMap console document globalThis window",
    constants: "Infinity NaN false null true undefined",
    ..BRACES
};

const TYPESCRIPT: Language = Language {
    names: "typescript ts tsx mts cts",
    quotes: &[long("`"), quote("\""), quote("'")],
    name_signs: "$",
    keywords: "abstract accessor as asserts async await break case catch class const continue debugger declare \
        default delete do else enum export extends finally for from function get if implements import in \
        infer instanceof interface is keyof let module namespace new of override package private protected \
        public readonly require return satisfies set static super switch this throw try type typeof unique \
        var void while with yield",
    types: "Array Boolean Date Error JSON Map Math Number Object Promise Reflect RegExp Set String Symbol \
        WeakMap any bigint boolean console document globalThis never number object string symbol unknown \
        window",
    constants: "Infinity NaN false null true undefined",
    ..BRACES
};

const PYTHON: Language = Language {
    names: "python py py3 python3 pyi",
    quotes: &[long("\"\"\""), long("'''"), quote("\""), quote("'")],
    has_capital_types: true,
    attribute_signs: "@",
    keywords: "and as assert async await break case class continue def del elif else except finally for from global \
        if import in is lambda match nonlocal not or pass raise return try while with yield",
    types: "abs all any bool bytes callable chr cls dict dir enumerate filter float format frozenset getattr \
        hasattr hash id input int isinstance issubclass iter len list map max min next object open ord print \
        property range repr reversed round self set setattr slice sorted staticmethod str sum super tuple \
        type vars zip",
    constants: "Ellipsis False None True",
    ..HASH
};

const RUBY: Language = Language {
    names: "ruby rb",
    quotes: &[long("\""), long("'"), quote("`")],
    has_capital_types: true,
    name_signs: "?!",
    attribute_signs: ":@$",
    keywords: "BEGIN END alias and begin break case class def defined? do else elsif end ensure for if in module \
        next not or redo rescue retry return self super then undef unless until when while yield",
    types: "attr_accessor attr_reader attr_writer extend gets include lambda loop p private proc protected \
        public puts raise require require_relative",
    constants: "false nil true",
    ..HASH
};

const PHP: Language = Language {
    names: "php",
    line_comments: &["//", "#"],
    quotes: &[long("\""), long("'")],
    attribute_signs: "$",
    keywords: "abstract and as break case catch class clone const continue declare default do echo else elseif \
        empty enddeclare endfor endforeach endif endswitch endwhile enum extends final finally fn for \
        foreach function global goto if implements include include_once instanceof insteadof interface isset \
        list match namespace new or print private protected public readonly require require_once return \
        static switch throw trait try unset use var while xor yield",
    types: "array bool callable float int iterable mixed never object parent self string void",
    constants: "FALSE NULL TRUE false null true",
    ..BRACES
};

const PERL: Language = Language {
    names: "perl pl pm",
    comments_stand_alone: true,
    quotes: &[long("\""), long("'"), quote("`")],
    attribute_signs: "$@%",
    keywords: "and cmp continue do else elsif eq for foreach ge given gt if last le local lt my ne next no not or \
        our package redo require return sub unless until use when while xor",
    types: "bless chomp chop close defined delete die each exists grep join keys length map open pop print \
        printf push qw ref reverse say scalar shift sort splice split sprintf substr undef unshift values \
        warn",
    ..HASH
};

const LUA: Language = Language {
    names: "lua",
    line_comments: &["--"],
    block_comments: &[("--[[", "]]")],
    keywords: "and break do else elseif end for function goto if in local not or repeat return then until while",
    types: "assert collectgarbage error getmetatable io ipairs math next os pairs pcall print rawget rawset \
        require select self setmetatable string table tonumber tostring type xpcall",
    constants: "false nil true",
    ..PLAIN
};

const SHELL: Language = Language {
    names: "shell sh bash zsh ksh fish console shell-session terminal",
    comments_stand_alone: true,
    quotes: &[long("\""), raw("'")],
    name_signs: "-",
    attribute_signs: "$",
    keywords: "break case continue do done elif else esac eval exec exit export fi for function if in local \
        readonly return select set shift source then trap unset until while",
    types: "alias apt awk cargo cat cd chmod chown cp curl cut date docker echo env false find git grep head \
        kill ls make mkdir mv npm printf ps pwd python read rm sed sleep sort ssh sudo systemctl tail tar \
        tee test touch tr true uniq wc wget which xargs",
    ..HASH
};

const POWERSHELL: Language = Language {
    names: "powershell ps1 pwsh",
    block_comments: &[("<#", "#>")],
    quotes: &[Quote { escapes: false, ..long("\"") }, raw("'")],
    ignores_case: true,
    name_signs: "-",
    attribute_signs: "$",
    keywords: "begin break catch class continue do dynamicparam else elseif end enum exit filter finally for \
        foreach function if in param process return switch throw trap try until using while",
    constants: "$false $null $true",
    ..HASH
};

const SQL: Language = Language {
    names: "sql sqlite postgres postgresql mysql psql plsql",
    line_comments: &["--"],
    block_comments: &[("/*", "*/")],
    quotes: &[Quote { escapes: false, ..long("'") }, raw("\"")],
    ignores_case: true,
    keywords: "add all alter analyze and as asc begin between by cascade case check collate column commit conflict \
        constraint create cross current_timestamp database default deferrable delete desc distinct do drop \
        else end escape except exists explain filter for foreign from full function generated grant group \
        having if ilike in index inner insert intersect into is isnull join key lateral left like limit \
        natural not nothing notnull of offset on only or order outer over partition pragma primary procedure \
        recursive references replace restrict returning revoke right rollback row rows savepoint select set \
        table temporary then to transaction trigger union unique update using values view virtual when where \
        window with without",
    types: "bigint blob boolean bytea char date datetime decimal double float int integer interval json jsonb \
        numeric real serial smallint text time timestamp timestamptz uuid varchar",
    constants: "false null true",
    ..PLAIN
};

const HASKELL: Language = Language {
    names: "haskell hs",
    line_comments: &["--"],
    block_comments: &[("{-", "-}")],
    quotes: &[quote("\"")],
    has_chars: true,
    has_capital_types: true,
    name_signs: "'",
    keywords: "as case class data default deriving do else family forall foreign hiding if import in infix infixl \
        infixr instance let mdo module newtype of proc qualified rec then type where",
    constants: "False Just Left Nothing Right True",
    ..PLAIN
};

const ELIXIR: Language = Language {
    names: "elixir ex exs",
    quotes: &[long("\"\"\""), long("\""), quote("'")],
    has_capital_types: true,
    name_signs: "?!",
    attribute_signs: ":@",
    keywords: "after alias and case catch cond def defexception defguard defimpl defmacro defmacrop defmodule \
        defoverridable defp defprotocol defstruct do else end fn for if import in not or quote raise receive \
        require rescue super throw try unless unquote use when with",
    constants: "false nil true",
    ..HASH
};

const ERLANG: Language = Language {
    names: "erlang erl",
    line_comments: &["%"],
    has_capital_types: true,
    keywords: "after and andalso band begin bnot bor bsl bsr bxor case catch cond div else end fun if let maybe not \
        of or orelse receive rem try when xor",
    constants: "false ok true undefined",
    ..PLAIN
};

const CLOJURE: Language = Language {
    names: "clojure clj lisp scheme elisp emacs-lisp racket",
    line_comments: &[";"],
    quotes: &[long("\"")],
    name_signs: "-?!*+<>=/",
    attribute_signs: ":",
    keywords: "case cond def define defmacro defn defun do fn for if lambda let let* letrec loop ns progn quote \
        recur require setq unless when",
    constants: "false nil t true",
    ..PLAIN
};
