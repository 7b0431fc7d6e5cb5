//! Settings, markup and other things that do not run.

use super::super::language::{BRACES, HASH, Language, PLAIN, Shape, long, quote, raw};

/// All of them.
pub static ALL: [Language; 14] =
    [HTML, DIFF, CSS, JSON, YAML, TOML, INI, DOCKERFILE, MAKEFILE, NGINX, HCL, PROTOBUF, GRAPHQL, NIX];

const HTML: Language =
    Language { names: "html xml svg xhtml htm vue svelte jinja tera rss plist", shape: Shape::Markup, ..PLAIN };

const DIFF: Language = Language { names: "diff patch", shape: Shape::Diff, ..PLAIN };

const CSS: Language = Language {
    names: "css scss less",
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    has_word_keys: true,
    name_signs: "-",
    attribute_signs: "@#.$",
    types: "auto block bold fixed flex grid hidden inherit initial inline none relative solid transparent unset",
    ..PLAIN
};

const JSON: Language = Language {
    names: "json json5 jsonc jsonl geojson",
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    has_string_keys: true,
    quotes: &[quote("\"")],
    ..PLAIN
};

const YAML: Language = Language {
    names: "yaml yml",
    shape: Shape::Keys(':'),
    comments_stand_alone: true,
    constants: "False True false no null off on true yes",
    attribute_signs: "&*!",
    ..HASH
};

const TOML: Language = Language { names: "toml", shape: Shape::Keys('='), quotes: &[quote("\""), raw("'")], ..HASH };

const INI: Language = Language {
    names: "ini cfg conf env dotenv properties editorconfig systemd desktop",
    shape: Shape::Keys('='),
    line_comments: &["#", ";"],
    comments_stand_alone: true,
    quotes: &[quote("\"")],
    constants: "false no off on true yes",
    attribute_signs: "$",
    ..HASH
};

const DOCKERFILE: Language = Language {
    names: "dockerfile docker containerfile",
    comments_stand_alone: true,
    quotes: &[long("\""), raw("'")],
    name_signs: "-",
    attribute_signs: "$",
    keywords: "ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER \
        VOLUME WORKDIR",
    ..HASH
};

const MAKEFILE: Language = Language {
    names: "makefile make mk just justfile",
    shape: Shape::Keys(':'),
    comments_stand_alone: true,
    attribute_signs: "$",
    keywords: "define else endef endif export ifdef ifeq ifndef ifneq include override",
    name_signs: "-",
    ..HASH
};

const NGINX: Language = Language {
    names: "nginx caddy caddyfile",
    comments_stand_alone: true,
    attribute_signs: "$",
    keywords: "allow deny events http if include listen location map proxy_pass proxy_set_header return \
        reverse_proxy rewrite root server server_name set ssl_certificate ssl_certificate_key try_files \
        upstream",
    constants: "off on",
    ..HASH
};

const HCL: Language = Language {
    names: "hcl terraform tf",
    line_comments: &["#", "//"],
    quotes: &[quote("\"")],
    has_capital_types: false,
    attribute_signs: "",
    keywords: "data for for_each if in locals module output provider provisioner resource terraform variable",
    types: "any bool list map number object set string tuple",
    ..BRACES
};

const PROTOBUF: Language = Language {
    names: "protobuf proto",
    attribute_signs: "",
    keywords: "enum extend extensions group import map message oneof option optional package public repeated \
        required reserved returns rpc service stream syntax to weak",
    types: "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 \
        uint64",
    ..BRACES
};

const GRAPHQL: Language = Language {
    names: "graphql gql",
    quotes: &[long("\"\"\""), quote("\"")],
    has_capital_types: true,
    has_word_keys: true,
    attribute_signs: "@$",
    keywords: "directive enum extend fragment implements input interface mutation on query repeatable scalar schema \
        subscription type union",
    types: "Boolean Float ID Int String",
    ..HASH
};

const NIX: Language = Language {
    names: "nix",
    block_comments: &[("/*", "*/")],
    quotes: &[raw("''"), long("\"")],
    name_signs: "-'",
    keywords: "assert else if in inherit let or rec then with",
    ..HASH
};
