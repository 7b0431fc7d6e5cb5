//! An export as an answer: a line of JSON each, as it is read, so that a long log takes no more memory than a short one.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use futures_util::stream;

use crate::storage::archive::{Line, Reading};

/// The answer. The file is not named after the room: names have signs that no header takes.
pub fn answer(reading: Box<dyn Reading>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"room-export.ndjson\""))
        .content_type("application/x-ndjson")
        .streaming(parts(reading))
}

fn parts(reading: Box<dyn Reading>) -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        let part = match reading.next().await {
            Ok(part) => part.map(|lines| text(&lines)).transpose().map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match part {
            Ok(Some(text)) => Some((Ok(Bytes::from(text)), Some(reading))),
            Ok(None) => None,
            Err(reason) => {
                log::error!("a room could not be exported whole: {reason}");
                // Whoever reads it must not take a part for the whole: the answer breaks off.
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    })
}

fn text(lines: &[Line]) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    Ok(text)
}
