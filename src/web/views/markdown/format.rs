//! How the tree is written: as comrak does, but for links, which lead out of the page, headings, which are bold lines,
//! blocks of code, which have colours, and texts, in which words are links.

use std::fmt::{self, Write};

use comrak::Options;
use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{Node, NodeCodeBlock, NodeLink, NodeValue};
use comrak::options::Plugins;

use super::mentions::Linker;
use super::policy;
use crate::domain::mention::Mentions;
use crate::web::views::escape;
use crate::web::views::highlight::Highlighter;

/// What the formatter carries through the tree.
struct Carried<'t> {
    highlighter: &'t Highlighter,
    linker: Linker<'t>,
}

/// Writes the tree as HTML.
///
/// # Errors
/// Never, as long as writing into a `String` does not fail.
pub fn html(
    root: Node<'_>,
    options: &Options<'_>,
    highlighter: &Highlighter,
    mentions: &Mentions,
    html: &mut String,
) -> fmt::Result {
    let carried = Carried { highlighter, linker: Linker::new(mentions) };
    format_document_with_formatter(root, options, html, &Plugins::default(), write_node, carried).map(drop)
}

type Writer<'o, 'c, 't> = Context<'o, 'c, Carried<'t>>;

fn write_node(context: &mut Writer<'_, '_, '_>, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    match &node.data().value {
        NodeValue::Link(link) => write_link(context, link, entering)?,
        NodeValue::Heading(_) => write_heading(context, entering)?,
        NodeValue::CodeBlock(block) if entering => write_code(context, block)?,
        NodeValue::Text(text) if entering && text.contains(['@', '#']) => {
            let html = context.user.linker.html(node, text);
            context.write_str(&html)?;
        }
        // What was written with a backslash is what it is.
        NodeValue::CodeBlock(_) | NodeValue::Escaped => {}
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

/// Following a link must not end the conversation. An address of another kind leads nowhere, and its words stay.
fn write_link(context: &mut Writer<'_, '_, '_>, link: &NodeLink, entering: bool) -> fmt::Result {
    let is_good = |scheme: &str| link.url.get(..scheme.len()).is_some_and(|url| url.eq_ignore_ascii_case(scheme));
    if !policy::BEGINNINGS.into_iter().any(is_good) {
        return Ok(());
    }
    if !entering {
        return context.write_str("</a>");
    }
    context.write_str("<a href=\"")?;
    context.escape_href(&link.url)?;
    if !link.title.is_empty() {
        context.write_str("\" title=\"")?;
        context.escape(&link.title)?;
    }
    context.write_str("\" target=\"_blank\">")
}

fn write_heading(context: &mut Writer<'_, '_, '_>, entering: bool) -> fmt::Result {
    if entering {
        context.cr()?;
        return context.write_str("<p><strong>");
    }
    context.write_str("</strong></p>\n")
}

fn write_code(context: &mut Writer<'_, '_, '_>, block: &NodeCodeBlock) -> fmt::Result {
    let language = block.info.split_whitespace().next().unwrap_or_default();
    let mut html = String::with_capacity(block.literal.len() * 2);
    html.push_str("<pre><code");
    if !language.is_empty() {
        html.push_str(" class=\"language-");
        escape::attribute(language, &mut html);
        html.push('"');
    }
    html.push('>');
    context.user.highlighter.write(language, &block.literal, &mut html);
    html.push_str("</code></pre>\n");
    context.cr()?;
    context.write_str(&html)
}
