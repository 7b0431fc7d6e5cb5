//! The words with which a file is handed from person to person, the same in both versions of framed TCP. In version 2 chunks
//! are frames of their own, see `framed`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error_code::{ErrorCode, Problem};

/// Most bytes of one chunk.
pub const CHUNK_BYTES: usize = 32 * 1024;

/// One word about a file. What a field is for depends on who says it; docs/PROTOCOL.md has the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FileWord {
    /// Somebody wants to hand over a file; the server passes it on with `transfer_id` and `from`.
    FileTransferRequest {
        /// Its name.
        filename: String,
        /// Its bytes.
        size: u64,
        /// The SHA-256 of its bytes, in 64 hexadecimal digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        /// To whom: from the sender.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// From whom: from the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Which transfer it is: from the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transfer_id: Option<u64>,
        /// What the answer repeats: from the sender.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// The other side takes it, or does not.
    FileTransferResponse {
        /// Which transfer.
        transfer_id: u64,
        /// Whether it is taken.
        accept: bool,
        /// So much is there already: go on from here.
        #[serde(default)]
        offset: u64,
        /// Chunks that may be sent now: from the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credit: Option<u32>,
        /// The id of the request: from the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// A piece of the file, in version 1.
    FileChunk {
        /// Of which transfer.
        transfer_id: u64,
        /// Counted from 0.
        chunk_id: u32,
        /// Its bytes.
        data: ChunkData,
    },
    /// So many chunks more may be sent: from the server.
    FileTransferCredit {
        /// In which transfer.
        transfer_id: u64,
        /// How many.
        chunks: u32,
    },
    /// The sender has sent all, the receiver has it and it is good, or it has come to nothing.
    FileTransferComplete {
        /// Which transfer.
        transfer_id: u64,
        /// Whether all is well.
        success: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// The bytes of a chunk: base64 (RFC 4648, section 4), or a list of numbers for those who have no base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ChunkData {
    /// Base64.
    Text(String),
    /// Numbers from 0 to 255.
    Numbers(Vec<u8>),
}

impl ChunkData {
    /// As base64.
    #[must_use]
    pub fn encode(bytes: &[u8]) -> Self {
        Self::Text(STANDARD.encode(bytes))
    }

    /// The bytes.
    ///
    /// # Errors
    /// When it is no base64.
    pub fn decode(self) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Numbers(bytes) => Ok(bytes),
            Self::Text(text) => STANDARD
                .decode(text)
                .map_err(|_| Problem::field("data", "`data` must be base64 with its padding, or a list of numbers")),
        }
    }
}

impl FileWord {
    /// Reads one from JSON.
    ///
    /// # Errors
    /// Says what was not understood.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|error| not_understood(&error.to_string()))
    }

    /// Reads one from MessagePack.
    ///
    /// # Errors
    /// Says what was not understood.
    pub fn from_msgpack(bytes: &[u8]) -> Result<Self, Problem> {
        let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
        reader.set_max_depth(8);
        Self::deserialize(&mut reader).map_err(|error| not_understood(&error.to_string()))
    }
}

fn not_understood(why: &str) -> Problem {
    let shown: String = why.chars().filter(|c| !c.is_control()).take(160).collect();
    Problem::new(ErrorCode::BadRequest, format!("this word about a file is not understood: {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_json_and_msgpack() {
        let word = FileWord::FileTransferResponse { transfer_id: 7, accept: true, offset: 3, credit: None, id: None };
        let json = serde_json::to_vec(&word).unwrap();
        assert_eq!(json, br#"{"type":"FileTransferResponse","transfer_id":7,"accept":true,"offset":3}"#);
        assert_eq!(FileWord::from_json(&json), Ok(word.clone()));
        assert_eq!(FileWord::from_msgpack(&rmp_serde::to_vec_named(&word).unwrap()), Ok(word));
    }

    #[test]
    fn data_is_base64_or_numbers_and_nothing_else() {
        let read = |data: &str| {
            let json = format!(r#"{{"type":"FileChunk","transfer_id":1,"chunk_id":0,"data":{data}}}"#);
            match FileWord::from_json(json.as_bytes())? {
                FileWord::FileChunk { data, .. } => data.decode(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(read(r#""aGk=""#), Ok(b"hi".to_vec()));
        assert_eq!(read("[104,105]"), Ok(b"hi".to_vec()));
        for bad in [r#""aGk""#, r#""?""#, "[256]", "[-1]", "null", "{}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
