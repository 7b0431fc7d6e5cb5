//! The tables of docs/OPERATIONS.md that say who may do what. The unit tests of `domain` hold them against the functions that
//! decide it; the suite holds every door against them.

const DOCUMENT: &str = include_str!("../../../docs/OPERATIONS.md");

/// A table: what can be done, and for each column whether it may be.
pub struct Table {
    /// Who, after the first column.
    pub columns: Vec<&'static str>,
    /// What, and who may.
    pub rows: Vec<(&'static str, Vec<bool>)>,
}

/// The tables between these two comments, in their order.
pub fn tables(name: &str) -> Vec<Table> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (_, rest) = DOCUMENT.split_once(&begin).expect("it has a beginning");
    let (all, _) = rest.split_once(&end).expect("it has an end");
    let tables: Vec<_> = all.split("\n\n").map(table).collect();
    assert!(tables.iter().all(|table| table.rows.len() > 10 && table.columns.len() > 2), "the tables were read");
    tables
}

fn table(text: &'static str) -> Table {
    let cells =
        |line: &'static str| -> Vec<&'static str> { line.trim_matches('|').split('|').map(str::trim).collect() };
    let mut lines = text.lines();
    let head = cells(lines.next().expect("a head"));
    let row = |line| {
        let cells = cells(line);
        let answers = cells[1..].iter().map(|cell| match *cell {
            "yes" => true,
            "no" => false,
            other => panic!("{other:?} is no answer"),
        });
        (cells[0], answers.collect())
    };
    Table { columns: head[1..].to_vec(), rows: lines.skip(1).map(row).collect() }
}
