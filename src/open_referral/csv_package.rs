//! Joins the tables of an HSDS CSV package into full service documents.
//!
//! The services are read in their order; what belongs to each is looked up by id in the other
//! tables, which are indexed beforehand ([`super::csv_table`]). Which table belongs where, the
//! standard's table says ([`super::schema`]): a phone hangs on whatever its `…_id` columns name,
//! a service has the organization that its `organization_id` names. Columns that the standard
//! doesn't know stay as they are, and a table it doesn't know is joined by its `…_id` columns.
//!
//! Two things differ from a document of an API. The keys stay in, so nothing is lost. And an
//! organization comes without all its locations: those of a service come with the service, and
//! the rest would repeat thousands of places in each of thousands of services.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::csv_table::{Passing, Rows, Table, Window};
use super::csv_zip::{Unzipped, is_table, unzip};
use super::item::{Fault, Halt, Outlet, Record, Rejected, whole};
use super::schema::{Kind, SERVICE, Shape};
use super::validate::{Code, Problem};

/// Tables that tell about the package and not about services.
const ABOUT: [&str; 2] = ["meta_table_descriptions", "meta_table_description"];

/// Lists of terms, of which a feed may bring more than its services use.
const VOCABULARY: [&str; 2] = ["taxonomy", "taxonomy_term"];

/// What a joined row counts beside its own bytes, against the limit of a record: its names.
const ROW_OVERHEAD: usize = 64;

/// Bytes of the tables in a folder.
pub(super) fn size_of_folder(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let tables = entries.filter(|entry| is_table(&entry.file_name().to_string_lossy()));
    tables.filter_map(|entry| fs::metadata(entry.path()).ok()).map(|kind| kind.len()).sum()
}

/// Reads the package in a folder. `prefix` goes before the names of its tables.
pub(super) fn read_folder(folder: &Path, prefix: &str, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_table(&name) && path.is_file() {
            paths.push((name, path));
        }
    }
    paths.sort();
    let mut tables = Vec::new();
    for (name, path) in paths {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        tables.push(Unzipped { name, window: Window { file: Rc::new(file), base: 0, length } });
    }
    read(tables, prefix, outlet)
}

/// Reads the package in a zip archive.
pub(super) fn read_zip(path: &Path, label: &str, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let (tables, _scratch) = unzip(path, outlet.limits)?;
    if !tables.iter().any(|table| kind_of(&stem(&table.name), &SERVICE).is_some_and(|kind| kind.name == SERVICE.name)) {
        return Err(Fault::Archive { reason: "it holds no services.csv".to_owned() }.into());
    }
    outlet.progress.add_done(fs::metadata(path)?.len());
    outlet.progress.add_total(tables.iter().map(|table| table.window.length).sum());
    read(tables, &format!("{label}/"), outlet)
}

fn read(files: Vec<Unzipped>, prefix: &str, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let size = files.iter().map(|file| file.window.length).sum();
    // Without them the fault was told when they could not be opened.
    let (Some(services), tables) = open(files, prefix, outlet)? else { return Ok(()) };
    if !services.has_column("id") {
        return Ok(outlet.failed(&services.label, Fault::NoColumn { wanted: vec!["id".to_owned()] })?);
    }
    let mut package = Package { tables, joins: HashMap::new(), size, joined: 0 };
    package.plan(&SERVICE);
    package.index(outlet)?;
    package.services(&services, outlet)?;
    package.unjoined(outlet)
}

/// Opens the tables and tells the services from the rest.
fn open(files: Vec<Unzipped>, prefix: &str, outlet: &mut Outlet<'_>) -> Result<(Option<Table>, Vec<Table>), Halt> {
    let (mut services, mut tables) = (None, Vec::<Table>::new());
    let mut seen = BTreeSet::new();
    for file in files {
        let stem = stem(&file.name);
        let length = file.window.length;
        if ABOUT.contains(&stem.as_str()) {
            outlet.progress.add_done(length);
            continue;
        }
        let label = format!("{prefix}{}", file.name);
        let kind = kind_of(&stem, &SERVICE);
        let name = kind.map_or(stem, |kind| kind.name.to_owned());
        if !seen.insert(name.clone()) {
            outlet.progress.add_done(length);
            outlet.failed(&label, Fault::SecondTable { table: name })?;
            continue;
        }
        match Table::open(label.clone(), name, kind, file.window, outlet.limits.max_record_bytes) {
            Err(fault) => outlet.failed(&label, fault)?,
            Ok(table) if table.name == SERVICE.name => services = Some(table),
            Ok(table) => tables.push(table),
        }
    }
    Ok((services, tables))
}

/// The name of a table, from the name of its file.
fn stem(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.strip_suffix(".csv").unwrap_or(&name).to_owned()
}

/// The kind whose table has this name, in the singular or the plural.
fn kind_of(stem: &str, from: &'static Kind) -> Option<&'static Kind> {
    let named = stem == from.table || stem == from.name || stem.strip_suffix('s') == Some(from.name);
    let mut below = from.fields.iter().filter_map(|field| part(field.shape));
    if named { Some(from) } else { below.find_map(|(kind, _)| kind_of(stem, kind)) }
}

/// The kind of a field's objects, and whether there may be several.
const fn part(shape: Shape) -> Option<(&'static Kind, bool)> {
    match shape {
        Shape::One(kind) => Some((kind, false)),
        Shape::Many(kind) => Some((kind, true)),
        Shape::Text | Shape::Uuid | Shape::Uri | Shape::Email | Shape::DateTime | Shape::Word(_) | Shape::Number => {
            None
        }
    }
}

/// How the objects of one kind get a field out of another table.
struct Join {
    /// The field.
    field: String,
    /// The table.
    table: usize,
    /// Its index on the column that must hold the key.
    index: usize,
    /// The field of the object that has the key.
    key: String,
    /// Whether it is a list.
    many: bool,
}

struct Package {
    tables: Vec<Table>,
    /// By the name of the kind that gets the fields.
    joins: HashMap<&'static str, Vec<Join>>,
    /// Bytes of all tables.
    size: u64,
    /// Bytes of rows fetched so far.
    joined: u64,
}

impl Package {
    /// Plans the joins of a kind and of all below it.
    fn plan(&mut self, kind: &'static Kind) {
        if self.joins.contains_key(kind.name) {
            return;
        }
        self.joins.insert(kind.name, Vec::new());
        let mut joins = Vec::new();
        let own_key = format!("{}_id", kind.name);
        for field in kind.fields {
            let Some((part, many)) = part(field.shape) else { continue };
            if kind.name == "organization" && field.name == "locations" {
                continue;
            }
            let (column, key) = match (many, part.name) {
                (false, name) => ("id", format!("{name}_id")),
                (true, "attribute") => ("link_id", "id".to_owned()),
                (true, "metadata") => ("resource_id", "id".to_owned()),
                (true, _) => (own_key.as_str(), "id".to_owned()),
            };
            let found = self.tables.iter().position(|table| table.name == part.name);
            joins.extend(found.and_then(|table| self.join(field.name, table, column, key, many)));
            self.plan(part);
        }
        for table in 0..self.tables.len() {
            let name = self.tables.get(table).filter(|table| table.kind.is_none()).map(|table| table.name.clone());
            joins.extend(name.and_then(|name| self.join(&name, table, &own_key, "id".to_owned(), true)));
        }
        self.joins.insert(kind.name, joins);
    }

    fn join(&mut self, field: &str, table: usize, column: &str, key: String, many: bool) -> Option<Join> {
        let known = self.tables.get_mut(table)?;
        known.wanted.insert(column.to_owned());
        let index = known.index_on(column)?;
        Some(Join { field: field.to_owned(), table, index, key, many })
    }

    /// Goes once through every table but the services.
    fn index(&mut self, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
        let limits = outlet.limits;
        let mut room = limits.max_csv_rows;
        for table in &mut self.tables {
            if !table.is_indexed() {
                let wanted = table.wanted.iter().cloned().collect();
                outlet.failed(&table.label, Fault::NoColumn { wanted })?;
                continue;
            }
            let mut rows = table.rows(limits.max_record_bytes, outlet.progress)?;
            loop {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => break,
                    // The rows before stay good; the services will lack the others.
                    Err(fault) => {
                        outlet.failed(&table.label, fault)?;
                        break;
                    }
                };
                if let Err(problem) = table.check(&row) {
                    outlet.rejected(rejected(&table.label, row.number, table.line(&row), None, vec![problem]))?;
                    continue;
                }
                let Some(less) = room.checked_sub(1) else {
                    return Err(Fault::TooManyRows { limit: limits.max_csv_rows }.into());
                };
                room = less;
                table.note(&row);
            }
            table.noted();
        }
        Ok(())
    }

    /// Goes through the services and hands over a document for each.
    fn services(&mut self, services: &Table, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
        let limit = outlet.limits.max_record_bytes;
        let mut rows = services.rows(limit, outlet.progress)?;
        while let Some(row) = next(&mut rows, services, outlet)? {
            let (number, line) = (row.number, services.line(&row));
            if let Err(problem) = services.check(&row) {
                outlet.rejected(rejected(&services.label, number, line, None, vec![problem]))?;
                continue;
            }
            let mut room = Some(limit);
            let object = self.object(&SERVICE, services.passing(&row), &mut room)?;
            if outlet.limits.is_bomb(self.joined, self.size) {
                return Err(Fault::Bomb { from: self.size, to: self.joined }.into());
            }
            if room.is_none() {
                let id = object.get("id").and_then(Value::as_str).map(str::to_owned);
                let problems =
                    whole(Code::TooLarge, format!("is longer than {limit} bytes with all that belongs to it"));
                outlet.rejected(rejected(&services.label, number, line, id, problems))?;
                continue;
            }
            let value = Value::Object(object);
            let (file, raw) = (services.label.clone(), value.to_string());
            outlet.record(Record { file, number, line: Some(line), raw, value })?;
        }
        Ok(())
    }

    /// An object with all that belongs to it. `room` is what it may still take; `None` when it
    /// took more, and then it is not whole.
    fn object(
        &mut self,
        kind: &'static Kind,
        mut object: Map<String, Value>,
        room: &mut Option<usize>,
    ) -> Result<Map<String, Value>, Fault> {
        let count = self.joins.get(kind.name).map_or(0, Vec::len);
        for number in 0..count {
            let Some(join) = self.joins.get(kind.name).and_then(|joins| joins.get(number)) else { break };
            let Some(table) = self.tables.get(join.table) else { break };
            let Some(key) = object.get(&join.key).and_then(Value::as_str).map(str::to_owned) else { continue };
            if object.contains_key(&join.field) {
                continue;
            }
            let (field, many, place, index) = (join.field.clone(), join.many, join.table, join.index);
            let mut parts = Vec::new();
            for row in table.find(index, &key) {
                let Some(table) = self.tables.get_mut(place) else { break };
                let length = table.length(row);
                *room = room.and_then(|room| room.checked_sub(length + ROW_OVERHEAD));
                if room.is_none() {
                    return Ok(object);
                }
                self.joined += length as u64;
                let part = table.fetch(row)?;
                if !table.has_key(index, &part, &key) {
                    continue;
                }
                table.mark_used(row);
                let part = match table.kind {
                    Some(kind) => self.object(kind, part, room)?,
                    None => part,
                };
                parts.push(Value::Object(part));
                if !many {
                    break;
                }
            }
            match (many, parts.is_empty()) {
                (_, true) => None,
                (true, false) => object.insert(field, Value::Array(parts)),
                (false, false) => parts.pop().and_then(|part| object.insert(field, part)),
            };
        }
        Ok(object)
    }

    /// Tells of every row that no service led to, so that nothing is lost in silence.
    fn unjoined(&mut self, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
        for table in &mut self.tables {
            if VOCABULARY.contains(&table.name.as_str()) {
                continue;
            }
            for place in 0..table.len() {
                let Some((number, line)) = table.unused(place) else { continue };
                let row = table.fetch(place)?;
                let text = |name: &str| row.get(name).and_then(Value::as_str);
                let keys: Vec<_> =
                    table.wanted.iter().filter_map(|name| text(name).map(|key| format!("{name} {key}"))).collect();
                let reason =
                    format!("no service leads to this row ({}), or an earlier row has its id", keys.join(", "));
                let problems = whole(Code::Unjoined, reason);
                outlet.rejected(rejected(&table.label, number, line, text("id").map(str::to_owned), problems))?;
            }
        }
        Ok(())
    }
}

/// The next row of the services.
fn next<'r>(rows: &'r mut Rows<'_>, table: &Table, outlet: &mut Outlet<'_>) -> Result<Option<Passing<'r>>, Halt> {
    match rows.next() {
        Ok(row) => Ok(row),
        Err(fault) => {
            outlet.failed(&table.label, fault)?;
            Ok(None)
        }
    }
}

fn rejected(file: &str, record: u64, line: u64, id: Option<String>, problems: Vec<Problem>) -> Rejected {
    Rejected { file: file.to_owned(), record, line: Some(line), id, problems }
}
