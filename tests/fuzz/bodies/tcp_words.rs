//! What clients of framed TCP say: nothing makes the readers panic, a refusal is short, and a word about a file that was read
//! is read again from what is written of it.

use parlor::domain::file_name;
use parlor::protocol::file_word::FileWord;
use parlor::protocol::tcp_v1::{self, Word};

pub fn run(data: &[u8]) {
    match tcp_v1::read(data) {
        Ok(Word::File(word)) => again(&word),
        Ok(_) => {}
        Err(refused) => assert!(refused.problem.message.len() < 1000, "{}", refused.problem.message),
    }
    for word in [FileWord::from_json(data), FileWord::from_msgpack(data)] {
        match word {
            Ok(word) => again(&word),
            Err(problem) => assert!(problem.message.len() < 1000),
        }
    }
}

fn again(word: &FileWord) {
    let json = serde_json::to_vec(word).expect("a map of plain values");
    assert_eq!(FileWord::from_json(&json).as_ref(), Ok(word));
    let packed = rmp_serde::to_vec_named(word).expect("a map of plain values");
    assert_eq!(FileWord::from_msgpack(&packed).as_ref(), Ok(word));
    if let FileWord::FileTransferRequest { filename, .. } = word
        && let Ok(clean) = file_name::clean(filename)
    {
        assert!(!clean.contains(['/', '\\']) && !clean.contains(char::is_control) && !clean.starts_with('.'));
    }
}
