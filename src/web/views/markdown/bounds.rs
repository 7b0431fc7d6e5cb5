//! What a text may cost: looked at before the parser sees it, and once more when the tree is there.

use comrak::nodes::Node;

/// Deepest nesting of quotes, lists and emphasis.
const DEPTH: usize = 32;
/// Most elements of one message.
const NODES: usize = 8_000;
/// Most cells a table may be filled up to: a short text can ask for millions.
const CELLS: usize = 4_000;
/// Most signs of one line that open something; each costs a search through the rest.
const OPENERS: usize = 1_000;

/// True for a text that would cost more to read than anything people write: looked at before the parser sees it.
pub fn is_costly(text: &str) -> bool {
    let lines = text.lines().count();
    text.lines().any(|line| {
        let marks = line.chars().take_while(|c| c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(*c));
        let containers = marks.filter(|c| ">-*+.)".contains(*c)).count();
        // A rule of many dashes is no nesting.
        let is_rule = line.trim().chars().all(|c| c == '-') || line.trim().chars().all(|c| c == '*');
        let columns = line.bytes().filter(|byte| *byte == b'|').count();
        let is_table_rule = columns > 0 && line.bytes().all(|byte| b"|-: \t>".contains(&byte));
        let openers = line.bytes().filter(|byte| b"[]<`!&".contains(byte)).count();
        (containers > DEPTH && !is_rule) || (is_table_rule && columns * lines > CELLS) || openers > OPENERS
    })
}

/// True while the tree is no deeper and no larger than messages are.
pub fn is_bounded(root: Node<'_>) -> bool {
    let mut open = vec![(root, 0_usize)];
    let mut seen = 0_usize;
    while let Some((node, depth)) = open.pop() {
        seen += 1;
        if depth > DEPTH || seen > NODES {
            return false;
        }
        open.extend(node.children().map(|child| (child, depth + 1)));
    }
    true
}
