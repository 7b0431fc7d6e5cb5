//! Many rows as the parameters of one `VALUES`. Taken out of JSON they cost three times as much.

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Sqlite};

use super::error::inconsistent;
use crate::storage::StorageResult;

/// Statements are made for these numbers of rows, so that the driver can keep them prepared. What is not filled is NULL:
/// whoever reads the rows leaves out those without a first column.
const SIZES: [usize; 14] = [1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/// Rows that are being added.
#[derive(Debug)]
pub(super) struct Values<'a> {
    arguments: &'a mut SqliteArguments,
    columns: usize,
    rows: usize,
}

impl<'a> Values<'a> {
    /// Most rows of one statement.
    pub(super) const MOST: usize = SIZES[SIZES.len() - 1];

    /// No row yet; parameters go behind those that are there.
    pub(super) fn new(arguments: &'a mut SqliteArguments, columns: usize) -> Self {
        Self { arguments, columns, rows: 0 }
    }

    /// One more row; `fill` adds as many parameters as there are columns.
    pub(super) fn row(&mut self, fill: impl FnOnce(&mut SqliteArguments) -> StorageResult<()>) -> StorageResult<()> {
        self.rows += 1;
        fill(self.arguments)
    }

    /// `(?,?),(?,?)` for the rows that were added, and for those that fill them up.
    pub(super) fn finish(self) -> StorageResult<String> {
        let size = SIZES.into_iter().find(|size| *size >= self.rows).ok_or_else(|| inconsistent("too many rows"))?;
        for _ in self.rows * self.columns..size * self.columns {
            add(self.arguments, None::<i64>)?;
        }
        let row = format!("({}),", ["?"].repeat(self.columns).join(","));
        let mut all = row.repeat(size);
        all.pop();
        Ok(all)
    }
}

/// One more parameter.
pub(super) fn add<'t, T>(arguments: &mut SqliteArguments, value: T) -> StorageResult<()>
where
    T: sqlx::Encode<'t, Sqlite> + sqlx::Type<Sqlite>,
{
    arguments.add(value).map_err(inconsistent)
}
