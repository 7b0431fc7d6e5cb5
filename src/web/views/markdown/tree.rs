//! What is done to the tree of a text before it is written: what messages do not have becomes what they have.

use comrak::Arena;
use comrak::nodes::{Node, NodeValue};

/// Turns what messages do not have into what they have: images into links, HTML into text.
pub fn tame<'a>(arena: &'a Arena<'a>, root: Node<'a>) {
    let nodes: Vec<Node<'a>> = root.descendants().collect();
    for node in nodes {
        let value = node.data().value.clone();
        match value {
            NodeValue::Image(link) => {
                if node.first_child().is_none() {
                    node.append(arena.alloc(NodeValue::Text(link.url.clone().into()).into()));
                }
                // A link inside a link is no HTML; the outer one stays.
                let inside_link =
                    node.ancestors().skip(1).any(|above| matches!(above.data().value, NodeValue::Link(_)));
                node.data_mut().value = if inside_link { NodeValue::Emph } else { NodeValue::Link(link) };
            }
            NodeValue::HtmlBlock(block) => {
                for (number, line) in block.literal.trim_end_matches('\n').split('\n').enumerate() {
                    if number > 0 {
                        node.append(arena.alloc(NodeValue::LineBreak.into()));
                    }
                    node.append(arena.alloc(NodeValue::Text(line.to_owned().into()).into()));
                }
                node.data_mut().value = NodeValue::Paragraph;
            }
            NodeValue::HtmlInline(html) => node.data_mut().value = NodeValue::Text(html.into()),
            _ => {}
        }
    }
}
