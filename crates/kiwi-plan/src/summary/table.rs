//! Columns of text.

/// Rows whose columns are aligned, two blanks apart.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Starts an empty table.
    pub(super) fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row<'a>(&mut self, columns: impl IntoIterator<Item = &'a str>) {
        self.rows
            .push(columns.into_iter().map(str::to_owned).collect());
    }

    /// Returns the lines; columns that are empty in all rows are left out.
    pub(super) fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, &width) in row.iter().zip(widths) {
        if width == 0 {
            continue;
        }
        if !text.is_empty() {
            text.push_str("  ");
        }
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new();
        table.row(["a", "", "long", "x"]);
        table.row(["äbc", "", "", "y"]);
        table.row(["z"]);
        assert_eq!(table.lines(), ["a    long  x", "äbc        y", "z"]);
        assert_eq!(Table::new().lines(), [""; 0]);
    }
}
