//! Opens an export of Slack: a zip file with lists of people and rooms, and a folder for each room with a file for each
//! day. How much it may unpack to is bounded: a zip file of a few KiB can hold gigabytes of zeros.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zip::ZipArchive;

/// How much may be in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) files: usize,
    pub(super) file_bytes: u64,
    pub(super) all_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { files: 500_000, file_bytes: 64 * 1024 * 1024, all_bytes: 2 * 1024 * 1024 * 1024 }
    }
}

/// What is in it, as Slack writes it.
#[derive(Debug, Default)]
pub(super) struct Export {
    pub(super) users: Vec<User>,
    pub(super) channels: Vec<Channel>,
    pub(super) private: Vec<Channel>,
    /// By the name of the folder; in order of days.
    pub(super) messages: BTreeMap<String, Vec<Message>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_bot: bool,
    #[serde(default)]
    pub(super) deleted: bool,
    #[serde(default)]
    pub(super) profile: Profile,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) creator: String,
    #[serde(default)]
    pub(super) is_archived: bool,
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) topic: Words,
    #[serde(default)]
    pub(super) purpose: Words,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    pub(super) value: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) subtype: Option<String>,
    #[serde(default)]
    pub(super) user: Option<String>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) bot_id: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) topic: Option<String>,
    #[serde(default)]
    pub(super) ts: String,
    #[serde(default)]
    pub(super) thread_ts: Option<String>,
    #[serde(default)]
    pub(super) edited: Option<Edited>,
    #[serde(default)]
    pub(super) reactions: Vec<Reaction>,
    #[serde(default)]
    pub(super) files: Vec<SharedFile>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Edited {
    pub(super) ts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reaction {
    pub(super) name: String,
    #[serde(default)]
    pub(super) users: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SharedFile {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) url_private: Option<String>,
}

/// Reads all of it.
pub(super) fn read(file: impl Read + Seek, bounds: Bounds) -> Result<Export, String> {
    let mut archive = ZipArchive::new(file).map_err(|error| format!("it is no zip file ({error})"))?;
    if archive.len() > bounds.files {
        return Err(format!("it has {} files, and may have {}", archive.len(), bounds.files));
    }
    let mut names: Vec<String> = archive.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
    // Days sort by name.
    names.sort_unstable();
    let (mut export, mut left) = (Export::default(), bounds.all_bytes);
    for name in names.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == "json")) {
        let mut parts = name.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("users.json"), None, None) => export.users = parsed(&mut archive, name, bounds, &mut left)?,
            (Some("channels.json"), None, None) => export.channels = parsed(&mut archive, name, bounds, &mut left)?,
            (Some("groups.json"), None, None) => export.private = parsed(&mut archive, name, bounds, &mut left)?,
            (Some(room), Some(_), None) => {
                let day: Vec<Message> = parsed(&mut archive, name, bounds, &mut left)?;
                export.messages.entry(room.to_owned()).or_default().extend(day);
            }
            _ => {}
        }
    }
    if export.channels.is_empty() && export.private.is_empty() {
        return Err("there is no channels.json with rooms in it; is it an export of Slack?".to_owned());
    }
    Ok(export)
}

/// One file of it. What its header says of its size is not believed.
fn parsed<T: DeserializeOwned>(
    archive: &mut ZipArchive<impl Read + Seek>,
    name: &str,
    bounds: Bounds,
    left: &mut u64,
) -> Result<T, String> {
    let entry = archive.by_name(name).map_err(|error| format!("{name}: {error}"))?;
    let most = bounds.file_bytes.min(*left);
    let mut text = Vec::new();
    entry.take(most + 1).read_to_end(&mut text).map_err(|error| format!("{name}: {error}"))?;
    let bytes = text.len() as u64;
    if bytes > most {
        return Err(format!("{name}: it unpacks to more than {most} bytes; no export does"));
    }
    *left -= bytes;
    serde_json::from_slice(&text).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const SMALL: Bounds = Bounds { files: 10, file_bytes: 1000, all_bytes: 1500 };
    const ROOMS: (&str, &str) = ("channels.json", r#"[{"id":"C1","name":"tea"}]"#);

    fn zipped(files: &[(&str, &str)]) -> Cursor<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).expect("begun");
            writer.write_all(text.as_bytes()).expect("written");
        }
        writer.finish().expect("finished")
    }

    #[test]
    fn days_come_in_order_and_what_is_foreign_is_passed_over() {
        let export = read(
            zipped(&[
                ROOMS,
                ("tea/2026-11-22.json", r#"[{"type":"message","text":"two","ts":"2.0"}]"#),
                ("tea/2026-11-21.json", r#"[{"type":"message","text":"one","ts":"1.0","blocks":[]}]"#),
                ("integration_logs.json", "[]"),
                ("a/b/c.json", "nonsense"),
                ("readme.txt", "nonsense"),
            ]),
            SMALL,
        )
        .expect("read");

        let texts: Vec<_> = export.messages["tea"].iter().filter_map(|message| message.text.as_deref()).collect();
        assert_eq!(texts, ["one", "two"]);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let (long, most) = (format!("[{}]", " ".repeat(2000)), format!("[{}]", " ".repeat(900)));
        for files in [
            vec![ROOMS, ("tea/2026-11-21.json", long.as_str())],
            vec![ROOMS, ("tea/1.json", most.as_str()), ("tea/2.json", most.as_str())],
        ] {
            let refused = read(zipped(&files), SMALL);
            assert!(refused.as_ref().is_err_and(|line| line.contains("unpacks to more")), "{refused:?}");
        }
        let many: Vec<String> = (0..11).map(|number| format!("tea/{number}.json")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "[]")).collect();
        assert!(read(zipped(&many), SMALL).is_err_and(|line| line.contains("11 files")));
    }

    #[test]
    fn what_is_no_export_is_refused_in_one_line() {
        for (file, word) in [
            (Cursor::new(b"hello".to_vec()), "no zip file"),
            (zipped(&[("notes.txt", "hello")]), "channels.json"),
            (zipped(&[("channels.json", "{")]), "channels.json: "),
            (zipped(&[("channels.json", r#"[{"name":"tea"}]"#)]), "id"),
        ] {
            let refused = read(file, SMALL);
            assert!(refused.as_ref().is_err_and(|line| line.contains(word) && !line.contains('\n')), "{refused:?}");
        }
    }
}
