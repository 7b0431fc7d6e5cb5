//! What headers are refused, at which byte, however the bytes are cut.

use proptest::prelude::*;

use super::*;

/// A masked frame with a shortest length.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..65_536 => {
            bytes.push(0xfe);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(0xff);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

fn verdict(bytes: &[u8]) -> Result<(), Violation> {
    HeaderScanner::new(70_000).feed(bytes)
}

fn assert_protocol(bytes: &[u8], section: &str) {
    assert!(matches!(verdict(bytes), Err(Violation::Protocol(why)) if why.contains(section)), "{bytes:?}");
}

#[test]
fn good_frames_of_every_length_pass() {
    let lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
    let stream: Vec<u8> = lengths.iter().flat_map(|&length| frame(0x82, &vec![0xff; length])).collect();

    assert_eq!(verdict(&stream), Ok(()));
    assert_eq!(verdict(&[frame(0x01, b"a"), frame(0x89, b"ping"), frame(0x80, b"b")].concat()), Ok(()));
}

#[test]
fn a_frame_is_too_big_as_soon_as_its_length_is_read() {
    let header = &frame(0x82, &vec![0; 70_001])[..10];

    assert_eq!(verdict(&header[..9]), Ok(()));
    assert_eq!(verdict(header), Err(Violation::TooBig));
    assert_eq!(verdict(&[0x82, 0xff, 0x00, 0, 1, 0, 0, 0, 0, 0]), Err(Violation::TooBig));
}

#[test]
fn a_small_limit_holds_for_short_lengths_too() {
    assert_eq!(HeaderScanner::new(3).feed(&frame(0x81, b"abc")), Ok(()));
    assert_eq!(HeaderScanner::new(3).feed(&frame(0x81, b"abcd")), Err(Violation::TooBig));
}

#[test]
fn reserved_bits_and_opcodes_are_refused_at_the_first_byte() {
    for first in [0xc1, 0xa1, 0x91, 0xf1] {
        assert_protocol(&[first], "reserved bit");
    }
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        assert_protocol(&[0x80 | opcode], "opcode");
    }
}

#[test]
fn control_frames_are_whole_and_short() {
    for opcode in [0x8, 0x9, 0xa] {
        assert_protocol(&[opcode], "fragmented");
        assert_protocol(&[0x80 | opcode, 0xfe], "125");
        assert_eq!(verdict(&frame(0x80 | opcode, &[0; 125])), Ok(()));
    }
}

#[test]
fn an_unmasked_frame_is_refused() {
    assert_protocol(&[0x81, 0x01], "masked");
}

#[test]
fn a_length_is_as_short_as_can_be_and_has_no_sign() {
    assert_protocol(&[0x81, 0xfe, 0, 125], "more bytes");
    assert_protocol(&[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], "more bytes");
    assert_protocol(&[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], "highest bit");
}

#[test]
fn a_violation_stays() {
    let mut scanner = HeaderScanner::new(10);

    assert!(scanner.feed(&[0xf1]).is_err());

    assert!(scanner.feed(&frame(0x81, b"good")).is_err());
    assert!(scanner.feed(&[]).is_err());
}

#[test]
fn a_look_ends_with_the_frame() {
    let mut scanner = HeaderScanner::new(10);
    let stream = [frame(0x81, b"abc"), frame(0x89, b"")].concat();

    assert_eq!(scanner.advance(&stream), Ok(Progress { bytes: 9, frame_ended: true }));
    assert_eq!(scanner.advance(&stream[9..12]), Ok(Progress { bytes: 3, frame_ended: false }));
    assert_eq!(scanner.advance(&stream[12..]), Ok(Progress { bytes: 3, frame_ended: true }));
}

pub fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop_oneof![Just(0x81), Just(0x82), Just(0x01), Just(0x00), Just(0x80), Just(0x89), Just(0x88)],
        1 => any::<u8>(),
    ];
    (first, proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(first, payload)| frame(first, &payload))
}

proptest! {
    #[test]
    fn where_the_bytes_are_cut_changes_nothing(
        frames in proptest::collection::vec(any_frame(), 0..6),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let stream = frames.concat();
        let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        borders.extend([0, stream.len()]);
        borders.sort_unstable();
        let mut in_parts = HeaderScanner::new(150);

        let parts = borders.windows(2).map(|border| in_parts.feed(&stream[border[0]..border[1]]));

        prop_assert_eq!(parts.fold(Ok(()), Result::and), HeaderScanner::new(150).feed(&stream));
    }

    #[test]
    fn noise_never_panics_and_byte_by_byte_gives_the_same_verdict(
        noise in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut single = HeaderScanner::new(1000);
        let verdict = noise.chunks(1).map(|byte| single.feed(byte)).fold(Ok(()), Result::and);

        prop_assert_eq!(verdict, HeaderScanner::new(1000).feed(&noise));
    }
}
