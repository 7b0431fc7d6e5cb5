//! Handing a file to somebody, and taking one, over framed TCP. What was interrupted goes on where it stopped.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::{sleep, timeout};

use super::address::ServerAddress;
use super::backoff::{Backoff, Waits};
use super::error::ClientError;
use super::frame::refused;
use super::framed::{FramedTcp, Incoming};
use super::identity::Identity;
use super::random::Random;
use crate::domain::file_name;
use crate::protocol::encoding::Encoding;
use crate::protocol::file_word::{CHUNK_BYTES, FileWord};
use crate::protocol::framed::{self, Kind};

/// Longer than a server is silent: it asks for signs of life.
const SILENCE: Duration = Duration::from_mins(1);
/// Tries in a row that got nothing across.
const TRIES: u32 = 10;

/// Where, and as whom.
pub struct Target {
    /// The door for framed TCP.
    pub address: ServerAddress,
    /// With which token.
    pub token: SecretString,
}

/// How far it is, for whoever watches.
pub trait Progress {
    /// A file of so many bytes is on its way.
    fn begins(&self, filename: &str, size: u64);
    /// So many bytes are there.
    fn reached(&self, bytes: u64);
    /// Something happened: no connection, say.
    fn note(&self, text: &str);
}

/// A file that is to be handed over.
struct Parcel {
    file: File,
    filename: String,
    size: u64,
    sha256: String,
}

impl Parcel {
    fn open(path: &Path) -> Result<Self, ClientError> {
        let unreadable =
            |error: std::io::Error| ClientError::File(format!("{} cannot be read: {error}", path.display()));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let filename =
            file_name::clean(&name).map_err(|error| ClientError::File(format!("{}: {error}", path.display())))?;
        let mut file = File::open(path).map_err(unreadable)?;
        let (size, sha256) = digest(&mut file).map_err(unreadable)?;
        Ok(Self { file, filename, size, sha256 })
    }

    fn piece(&mut self) -> Result<Vec<u8>, ClientError> {
        let mut piece = Vec::with_capacity(CHUNK_BYTES);
        let read = (&mut self.file).take(CHUNK_BYTES as u64).read_to_end(&mut piece);
        match read {
            Ok(1..) => Ok(piece),
            Ok(0) => Err(ClientError::File("the file has become shorter while it was sent".to_owned())),
            Err(error) => Err(ClientError::File(format!("the file cannot be read: {error}"))),
        }
    }
}

/// Bytes and SHA-256 of a file.
fn digest(file: &mut File) -> std::io::Result<(u64, String)> {
    file.seek(SeekFrom::Start(0))?;
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => {
                hash.update(&buffer[..count]);
                size += count as u64;
            }
        }
    }
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
    Ok((size, hash.finalize().iter().flat_map(digits).collect()))
}

/// Hands a file to somebody; ends when they have it and have found it good.
///
/// # Errors
/// When the server or they do not want it, or there is no getting it across.
pub async fn put(target: &Target, path: &Path, to: &str, progress: &impl Progress) -> Result<(), ClientError> {
    let mut parcel = Parcel::open(path)?;
    progress.begins(&parcel.filename, parcel.size);
    let mut tries = Tries::new();
    loop {
        let mut got_across = false;
        match put_once(target, &mut parcel, to, progress, &mut got_across).await {
            Err(why) if why.is_passing() => tries.wait(why, got_across, progress).await?,
            outcome => return outcome,
        }
    }
}

async fn put_once(
    target: &Target,
    parcel: &mut Parcel,
    to: &str,
    progress: &impl Progress,
    got_across: &mut bool,
) -> Result<(), ClientError> {
    let mut line = open(target).await?;
    let request = FileWord::FileTransferRequest {
        filename: parcel.filename.clone(),
        size: parcel.size,
        sha256: Some(parcel.sha256.clone()),
        to: Some(to.to_owned()),
        from: None,
        transfer_id: None,
        id: None,
    };
    line.say(Kind::File, &request).await?;
    progress.note(&format!("waiting for {to} to take it"));
    let (mut credit, mut at, mut transfer, mut number) = (0, 0, None, 0);
    loop {
        while let Some(id) = transfer
            && credit > 0
            && at < parcel.size
        {
            let piece = parcel.piece()?;
            line.send(&framed::chunk(id, number, &piece)).await?;
            (number, credit, at, *got_across) = (number + 1, credit - 1, at + piece.len() as u64, true);
            progress.reached(at);
            if at >= parcel.size {
                say_done(&mut line, id).await?;
            }
        }
        match word(next(&mut line).await?)? {
            Some(FileWord::FileTransferResponse { accept: false, .. }) => {
                return Err(ClientError::File(format!("{to} does not want it")));
            }
            Some(FileWord::FileTransferResponse { transfer_id, offset, credit: given, .. }) => {
                let sought = parcel.file.seek(SeekFrom::Start(offset));
                sought.map_err(|error| ClientError::File(format!("the file cannot be read: {error}")))?;
                (transfer, credit, at) = (Some(transfer_id), given.unwrap_or(0), offset);
                progress.reached(at);
                if at >= parcel.size {
                    say_done(&mut line, transfer_id).await?;
                }
            }
            Some(FileWord::FileTransferCredit { chunks, .. }) => credit += chunks,
            Some(FileWord::FileTransferComplete { transfer_id, success, message }) if transfer == Some(transfer_id) => {
                line.close().await;
                let why = || ClientError::lost(message.unwrap_or_else(|| "it came to nothing".to_owned()));
                return if success { Ok(()) } else { Err(why()) };
            }
            _ => {}
        }
    }
}

async fn say_done(line: &mut FramedTcp, transfer_id: u64) -> Result<(), ClientError> {
    line.say(Kind::File, &FileWord::FileTransferComplete { transfer_id, success: true, message: None }).await
}

/// A file that somebody wants to hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub from: String,
    /// Its name, cleaned once more here.
    pub filename: String,
    /// Its bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Option<String>,
}

impl Offer {
    /// Where it is kept until it is whole. One without a SHA-256 could be another file: it begins anew each time.
    fn part(&self, folder: &Path) -> PathBuf {
        let sign = self.sha256.as_deref().and_then(|sha256| sha256.get(..16)).unwrap_or("unknown");
        folder.join(format!(".{}.{sign}.part", self.filename))
    }
}

/// Takes the next file for which `wants` says yes, into this folder; answers where it is. `wants` may ask somebody.
///
/// # Errors
/// When it cannot be written, is not what was announced, or there is no getting it across.
pub async fn get(
    target: &Target,
    folder: &Path,
    mut wants: impl AsyncFnMut(&Offer) -> bool,
    progress: &impl Progress,
) -> Result<PathBuf, ClientError> {
    let mut tries = Tries::new();
    let mut wanted: Option<Offer> = None;
    loop {
        let mut got_across = false;
        match get_once(target, folder, &mut wants, &mut wanted, progress, &mut got_across).await {
            Err(why) if why.is_passing() => tries.wait(why, got_across, progress).await?,
            outcome => return outcome,
        }
    }
}

async fn get_once(
    target: &Target,
    folder: &Path,
    wants: &mut impl AsyncFnMut(&Offer) -> bool,
    wanted: &mut Option<Offer>,
    progress: &impl Progress,
    got_across: &mut bool,
) -> Result<PathBuf, ClientError> {
    let mut line = open(target).await?;
    progress.note("waiting for somebody who hands over a file");
    loop {
        let Some(FileWord::FileTransferRequest { filename, size, sha256, from, transfer_id: Some(id), .. }) =
            word(next(&mut line).await?)?
        else {
            continue;
        };
        // Whoever runs the server is not believed either.
        let Ok(filename) = file_name::clean(&filename) else { continue };
        let offer = Offer { from: from.unwrap_or_default(), filename, size, sha256 };
        let is_wanted = wanted.as_ref() == Some(&offer) || ask(&mut line, wants, &offer).await?;
        let response =
            |accept, offset| FileWord::FileTransferResponse { transfer_id: id, accept, offset, credit: None, id: None };
        if !is_wanted {
            line.say(Kind::File, &response(false, 0)).await?;
            continue;
        }
        *wanted = Some(offer.clone());
        let part = offer.part(folder);
        let (file, there) = open_part(&part, &offer)?;
        line.say(Kind::File, &response(true, there)).await?;
        progress.begins(&offer.filename, size);
        progress.reached(there);
        let taken = Taking { file, at: there, id }.run(&mut line, &offer, progress, got_across).await;
        let (success, message) = match taken.and_then(|file| check(file, &offer, &part, folder)) {
            Ok(path) => (Ok(path), None),
            Err(why @ ClientError::File(_)) => {
                let message = why.to_string();
                (Err(why), Some(message))
            }
            Err(why) => return Err(why),
        };
        let word = FileWord::FileTransferComplete { transfer_id: id, success: success.is_ok(), message };
        line.say(Kind::File, &word).await?;
        line.close().await;
        return success;
    }
}

/// Asks whoever decides, and answers the server's signs of life meanwhile.
async fn ask(
    line: &mut FramedTcp,
    wants: &mut impl AsyncFnMut(&Offer) -> bool,
    offer: &Offer,
) -> Result<bool, ClientError> {
    let mut asking = std::pin::pin!(wants(offer));
    loop {
        tokio::select! {
            is_wanted = &mut asking => return Ok(is_wanted),
            frame = next(line) => drop(frame?),
        }
    }
}

/// A file that is being taken.
struct Taking {
    file: File,
    at: u64,
    id: u64,
}

impl Taking {
    /// Takes chunks until the sender says that this was all.
    async fn run(
        mut self,
        line: &mut FramedTcp,
        offer: &Offer,
        progress: &impl Progress,
        got_across: &mut bool,
    ) -> Result<File, ClientError> {
        loop {
            let frame = next(line).await?;
            if frame.kind == Kind::Chunk {
                let Some((id, _, data)) = framed::read_chunk(&frame.bytes) else { continue };
                if id == self.id {
                    std::io::Write::write_all(&mut self.file, data).map_err(|error| unwritable(&error))?;
                    self.at += data.len() as u64;
                    *got_across = true;
                    progress.reached(self.at);
                }
                continue;
            }
            match word(frame)? {
                Some(FileWord::FileTransferComplete { transfer_id, success, message }) if transfer_id == self.id => {
                    if success && self.at == offer.size {
                        return Ok(self.file);
                    }
                    return Err(ClientError::lost(message.unwrap_or_else(|| "it came to nothing".to_owned())));
                }
                _ => {}
            }
        }
    }
}

fn unwritable(error: &std::io::Error) -> ClientError {
    ClientError::File(format!("the file cannot be written: {error}"))
}

/// What is there of the file already, and how much.
fn open_part(part: &Path, offer: &Offer) -> Result<(File, u64), ClientError> {
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(part);
    let mut file = opened.map_err(|error| unwritable(&error))?;
    let length = file.metadata().map_err(|error| unwritable(&error))?.len();
    let there = if offer.sha256.is_some() && length <= offer.size { length } else { 0 };
    file.set_len(there).and_then(|()| file.seek(SeekFrom::End(0))).map_err(|error| unwritable(&error))?;
    Ok((file, there))
}

/// The whole file is looked at once more, and gets its name only when it is good.
fn check(mut file: File, offer: &Offer, part: &Path, folder: &Path) -> Result<PathBuf, ClientError> {
    let (size, sha256) = digest(&mut file).map_err(|error| unwritable(&error))?;
    if size != offer.size || offer.sha256.as_ref().is_some_and(|announced| *announced != sha256) {
        // Going on from it would never come to a good end.
        let _ = std::fs::remove_file(part);
        return Err(ClientError::File("what came is not what was announced: its SHA-256 is another".to_owned()));
    }
    file.sync_all().map_err(|error| unwritable(&error))?;
    let path = folder.join(&offer.filename);
    std::fs::rename(part, &path).map_err(|error| unwritable(&error))?;
    Ok(path)
}

async fn open(target: &Target) -> Result<FramedTcp, ClientError> {
    let identity = Identity::Token(target.token.clone());
    let (line, _greeting) = FramedTcp::open(&target.address, &identity, Encoding::Json).await?;
    Ok(line)
}

async fn next(line: &mut FramedTcp) -> Result<Incoming, ClientError> {
    timeout(SILENCE, line.next()).await.map_err(|_| ClientError::lost("the server has fallen silent"))?
}

/// The word about a file in a frame, if it is one. A refusal is an error.
fn word(frame: Incoming) -> Result<Option<FileWord>, ClientError> {
    let kind = frame.kind;
    let Some(value) = frame.value()? else { return Ok(None) };
    match (kind, value["type"].as_str()) {
        (Kind::File, _) => Ok(serde_json::from_value(value).ok()),
        (_, Some("error")) => Err(refused(&value, 400)),
        (_, Some("bye")) => Err(ClientError::lost(reason(&value))),
        _ => Ok(None),
    }
}

fn reason(value: &Value) -> String {
    value["reason"].as_str().unwrap_or("the server goes away").to_owned()
}

/// Waits between tries, until too many got nothing across.
struct Tries {
    backoff: Backoff,
    in_vain: u32,
}

impl Tries {
    fn new() -> Self {
        Self { backoff: Backoff::new(Waits::default(), Random::from_system()), in_vain: 0 }
    }

    async fn wait(&mut self, why: ClientError, got_across: bool, progress: &impl Progress) -> Result<(), ClientError> {
        if got_across {
            self.backoff.reset();
            self.in_vain = 0;
        }
        self.in_vain += 1;
        if self.in_vain >= TRIES {
            return Err(why);
        }
        progress.note(&format!("{why}; going on"));
        sleep(self.backoff.next(why.retry_after())).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(sha256: Option<&str>) -> Offer {
        Offer { from: "ann".into(), filename: "a.bin".into(), size: 5, sha256: sha256.map(str::to_owned) }
    }

    #[test]
    fn a_file_gets_its_name_only_when_it_is_what_was_announced() {
        let folder = tempfile::tempdir().unwrap();
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let offer = offer(Some(hello));
        let part = offer.part(folder.path());
        std::fs::write(&part, "hel").unwrap();
        let (mut file, there) = open_part(&part, &offer).unwrap();
        assert_eq!(there, 3, "it goes on from there");
        std::io::Write::write_all(&mut file, b"lo").unwrap();
        let path = check(file, &offer, &part, folder.path()).unwrap();
        assert_eq!((std::fs::read(path).unwrap(), part.exists()), (b"hello".to_vec(), false));

        std::fs::write(&part, "jello").unwrap();
        let (file, _) = open_part(&part, &offer).unwrap();
        let error = check(file, &offer, &part, folder.path()).unwrap_err();
        assert!(error.to_string().contains("SHA-256") && !part.exists(), "{error}");
    }

    #[test]
    fn without_a_hash_it_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let part = offer(None).part(folder.path());
        std::fs::write(&part, "hel").unwrap();
        assert_eq!(open_part(&part, &offer(None)).unwrap().1, 0);
    }
}
