//! IRC as modern servers speak it (RFC 1459 and 2812 in the reading of modern.ircdocs.horse, with the extensions of IRCv3):
//! what is pure and knows no connection. `line` reads and writes lines, `numeric` is the table of numbered replies, `cap`
//! the capabilities, `mode` reads mode changes, `style` turns Markdown into the marks of IRC and back, `split` cuts long
//! texts, `news` writes what happens in rooms, `sasl` joins the pieces of a login.

pub mod cap;
pub mod line;
pub mod mode;
pub mod msgid;
pub mod news;
pub mod numeric;
pub mod sasl;
pub mod split;
pub mod style;
