//! The message rules, one by one and under random fragments.

use proptest::prelude::*;

use super::*;

fn assembler() -> Assembler {
    Assembler::new(MessageLimits { bytes: 64, fragments: 8 })
}

fn bytes(text: &[u8]) -> Bytes {
    Bytes::copy_from_slice(text)
}

fn text(text: &str) -> Action {
    Action::Deliver(Message::Text(text.into()))
}

/// What the last of the frames leads to; those before it must lead to nothing.
fn last(frames: impl IntoIterator<Item = Incoming>) -> Action {
    let mut assembler = assembler();
    frames.into_iter().fold(Action::Nothing, |before, frame| {
        assert_eq!(before, Action::Nothing);
        assembler.take(frame)
    })
}

fn code_of(action: &Action) -> Option<u16> {
    match action {
        Action::Close(Some(closing)) => Some(closing.code),
        _ => None,
    }
}

fn close_with(code: u16, reason: &[u8]) -> Incoming {
    Incoming::Close([&code.to_be_bytes()[..], reason].concat().into())
}

#[test]
fn whole_messages_are_delivered_as_they_are() {
    assert_eq!(last([Incoming::Text(bytes("grüß".as_bytes()))]), text("grüß"));
    assert_eq!(last([Incoming::Binary(bytes(b"\xff"))]), Action::Deliver(Message::Binary(bytes(b"\xff"))));
    assert_eq!(last([Incoming::Text(Bytes::new())]), text(""));
}

#[test]
fn fragments_are_joined() {
    let frames = [
        Incoming::FirstText(bytes(b"one ")),
        Incoming::Continue(Bytes::new()),
        Incoming::Continue(bytes(b"two ")),
        Incoming::Last(bytes(b"three")),
    ];
    assert_eq!(last(frames), text("one two three"));

    let frames = [Incoming::FirstBinary(bytes(b"\xff\x00")), Incoming::Last(bytes(b"\xfe"))];
    assert_eq!(last(frames), Action::Deliver(Message::Binary(bytes(b"\xff\x00\xfe"))));
}

#[test]
fn control_frames_may_come_between_fragments() {
    let mut assembler = assembler();

    assert_eq!(assembler.take(Incoming::FirstText(bytes(b"a"))), Action::Nothing);
    assert_eq!(assembler.take(Incoming::Ping(bytes(b"?"))), Action::Pong(bytes(b"?")));
    assert_eq!(assembler.take(Incoming::Pong(bytes(b"!"))), Action::Nothing);
    assert_eq!(assembler.take(Incoming::Last(bytes(b"b"))), text("ab"));
}

#[test]
fn a_message_after_a_fragmented_one_starts_afresh() {
    let mut assembler = assembler();
    for _ in 0..3 {
        assert_eq!(assembler.take(Incoming::FirstText(Bytes::from(vec![b'x'; 40]))), Action::Nothing);
        assert_eq!(assembler.take(Incoming::Last(bytes(b"y"))), text(&format!("{}y", "x".repeat(40))));
    }
}

#[test]
fn a_continuation_needs_a_start() {
    assert_eq!(code_of(&last([Incoming::Continue(bytes(b"a"))])), Some(1002));
    assert_eq!(code_of(&last([Incoming::Last(bytes(b"a"))])), Some(1002));
}

#[test]
fn no_message_starts_inside_a_fragmented_one() {
    for intruder in [Incoming::Text, Incoming::Binary, Incoming::FirstText, Incoming::FirstBinary] {
        let action = last([Incoming::FirstText(bytes(b"a")), intruder(bytes(b"b"))]);
        assert_eq!(code_of(&action), Some(1002));
    }
}

#[test]
fn a_message_is_too_big_whole_or_in_fragments() {
    assert_eq!(last([Incoming::Text(Bytes::from(vec![b'x'; 64]))]), text(&"x".repeat(64)));
    for whole in [Incoming::Text, Incoming::Binary] {
        assert_eq!(code_of(&last([whole(Bytes::from(vec![b'x'; 65]))])), Some(1009));
    }
    let in_parts = [Incoming::FirstBinary(vec![0; 40].into()), Incoming::Continue(vec![0; 25].into())];
    assert_eq!(code_of(&last(in_parts)), Some(1009));
}

#[test]
fn fragments_are_counted_even_when_they_are_empty() {
    let fragments = |count: usize| {
        std::iter::once(Incoming::FirstText(Bytes::new()))
            .chain(std::iter::repeat_n(Incoming::Continue(Bytes::new()), count - 2))
            .chain([Incoming::Last(Bytes::new())])
    };
    assert_eq!(last(fragments(8)), text(""));
    assert_eq!(code_of(&last(fragments(9))), Some(1009));
}

#[test]
fn text_that_is_no_utf8_is_refused_as_soon_as_it_is_certain() {
    assert_eq!(code_of(&last([Incoming::Text(bytes(b"\xff"))])), Some(1007));
    for hopeless in [&b"ok \xff"[..], b"\xc0", b"\xed\xa0", b"\xf4\x90", b"\xe0\x80", b"\xf8"] {
        assert_eq!(code_of(&last([Incoming::FirstText(bytes(hopeless))])), Some(1007), "{hopeless:?}");
    }
    // The first two bytes of a euro sign can still become one; followed by a letter they cannot.
    let cut = Incoming::FirstText(bytes(b"\xe2\x82"));
    assert_eq!(last([cut.clone(), Incoming::Last(bytes(b"\xac"))]), text("€"));
    assert_eq!(code_of(&last([cut.clone(), Incoming::Continue(bytes(b"a"))])), Some(1007));
    assert_eq!(code_of(&last([cut.clone(), Incoming::Last(Bytes::new())])), Some(1007));
}

#[test]
fn binary_messages_need_no_utf8() {
    let frames = [Incoming::FirstBinary(bytes(b"\xff")), Incoming::Last(bytes(b"\xff"))];

    assert_eq!(last(frames), Action::Deliver(Message::Binary(bytes(b"\xff\xff"))));
}

#[test]
fn a_close_is_answered_with_its_code() {
    assert_eq!(last([Incoming::Close(Bytes::new())]), Action::Close(None));
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        assert_eq!(last([close_with(code, b"bye")]), Action::Close(Some(Closing { code, reason: "" })));
    }
}

#[test]
fn a_close_with_a_code_that_may_not_be_sent_is_refused() {
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        let action = last([close_with(code, b"")]);
        assert!(matches!(&action, Action::Close(Some(Closing { code: 1002, reason })) if !reason.is_empty()), "{code}");
    }
}

#[test]
fn a_close_of_one_byte_or_with_a_bad_reason_is_refused() {
    assert_eq!(code_of(&last([Incoming::Close(bytes(b"\x03"))])), Some(1002));
    assert_eq!(code_of(&last([close_with(1000, b"\xff")])), Some(1007));
}

#[test]
fn nothing_counts_after_a_close() {
    let after = || {
        [Incoming::Text(bytes(b"a")), Incoming::Ping(bytes(b"b")), close_with(1000, b""), Incoming::Last(bytes(b"c"))]
    };
    let mut closed_by_peer = assembler();
    assert_eq!(code_of(&closed_by_peer.take(close_with(1000, b""))), Some(1000));
    let mut failed = assembler();
    assert_eq!(code_of(&failed.take(Incoming::Last(Bytes::new()))), Some(1002));
    let mut closed_by_us = assembler();
    closed_by_us.close();

    for assembler in [&mut closed_by_peer, &mut failed, &mut closed_by_us] {
        for frame in after() {
            assert_eq!(assembler.take(frame), Action::Nothing);
        }
    }
}

#[test]
fn a_reason_is_cut_between_two_characters() {
    assert_eq!(close_reason("short"), "short");
    assert_eq!(close_reason(&"x".repeat(200)).len(), 123);
    assert_eq!(close_reason(&"€".repeat(50)), "€".repeat(41), "41 signs of three bytes are 123");
    assert_eq!(close_reason(&format!("x{}", "€".repeat(50))).len(), 121);
}

fn any_incoming() -> impl Strategy<Value = Incoming> {
    let payload = proptest::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from);
    (0..9_u8, payload).prop_map(|(kind, bytes)| match kind {
        0 => Incoming::Text(bytes),
        1 => Incoming::Binary(bytes),
        2 => Incoming::FirstText(bytes),
        3 => Incoming::FirstBinary(bytes),
        4 => Incoming::Continue(bytes),
        5 => Incoming::Last(bytes),
        6 => Incoming::Ping(bytes),
        7 => Incoming::Pong(bytes),
        _ => Incoming::Close(bytes),
    })
}

/// The bytes as fragments, cut at any byte.
fn fragments(whole: &[u8], cuts: &[prop::sample::Index]) -> Vec<Incoming> {
    let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(whole.len() + 1)).collect();
    borders.extend([0, whole.len()]);
    borders.sort_unstable();
    let parts: Vec<Bytes> = borders.windows(2).map(|border| bytes(&whole[border[0]..border[1]])).collect();
    match parts.split_last() {
        Some((only, [])) => vec![Incoming::Text(only.clone())],
        Some((last, [first, middle @ ..])) => std::iter::once(Incoming::FirstText(first.clone()))
            .chain(middle.iter().cloned().map(Incoming::Continue))
            .chain([Incoming::Last(last.clone())])
            .collect(),
        None => Vec::new(),
    }
}

proptest! {
    #[test]
    fn a_text_cut_anywhere_arrives_as_the_same_text(
        whole in "(?s).{0,16}", cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..7),
    ) {
        prop_assert_eq!(last(fragments(whole.as_bytes(), &cuts)), text(&whole));
    }

    #[test]
    fn bytes_cut_anywhere_are_text_exactly_if_they_are_utf8(
        whole in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xe2), Just(0x82), Just(0xac), Just(b'a')], 0..12),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..7),
    ) {
        let mut assembler = assembler();
        let actions: Vec<Action> = fragments(&whole, &cuts).into_iter().map(|frame| assembler.take(frame)).collect();

        let outcome: Vec<&Action> = actions.iter().filter(|action| **action != Action::Nothing).collect();
        prop_assert_eq!(outcome.len(), 1);
        if let Ok(whole) = std::str::from_utf8(&whole) {
            prop_assert_eq!(outcome[0], &text(whole));
        } else {
            prop_assert_eq!(code_of(outcome[0]), Some(1007));
        }
    }

    #[test]
    fn no_sequence_of_frames_panics_outgrows_the_limit_or_goes_on_after_a_close(
        frames in proptest::collection::vec(any_incoming(), 0..60),
    ) {
        let mut assembler = assembler();
        let mut closed = false;
        for frame in frames {
            let action = assembler.take(frame);
            prop_assert!(!closed || action == Action::Nothing);
            closed |= matches!(action, Action::Close(_));
            prop_assert!(assembler.open.as_ref().is_none_or(|fragments| fragments.joined.len() <= 64));
        }
    }
}
