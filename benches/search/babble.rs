//! Texts that look like chat from far away: few words that everybody uses, many that hardly anybody does.

/// Words there are.
const WORDS: usize = 50_000;
/// What they are made of.
const SYLLABLES: [&str; 40] = [
    "ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "ga", "go", "ha", "he", "ka", "ke", "ki", "la", "le",
    "li", "lo", "ma", "me", "mi", "na", "ne", "no", "pa", "pe", "ra", "re", "ri", "sa", "se", "si", "ta", "te", "ti",
    "the", "st",
];

/// Makes texts and chooses: the same in every run.
pub struct Babble {
    seed: u64,
    words: Vec<String>,
    /// How often words up to each are used, together.
    weights: Vec<f64>,
}

impl Babble {
    /// The same words for every seed, another order of events.
    pub fn new(seed: u64) -> Self {
        let mut babble = Self { seed: 1, words: Vec::with_capacity(WORDS), weights: Vec::with_capacity(WORDS) };
        let mut known = std::collections::HashSet::new();
        let mut weight = 0.0;
        while babble.words.len() < WORDS {
            // Rare words are longer.
            let syllables = 1 + babble.words.len() / 8_000 + babble.below(3);
            let mut word = String::new();
            for _ in 0..syllables {
                word.push_str(SYLLABLES[babble.below(SYLLABLES.len())]);
            }
            while !known.insert(word.clone()) {
                word.push_str(SYLLABLES[babble.below(SYLLABLES.len())]);
            }
            #[expect(clippy::cast_precision_loss, reason = "a rank")]
            let rank = babble.words.len() as f64;
            weight += 1.0 / (rank + 2.7);
            babble.words.push(word);
            babble.weights.push(weight);
        }
        babble.seed = seed;
        babble
    }

    /// A message: about nine words, sometimes many more, with a link or code now and then.
    pub fn text(&mut self) -> String {
        let length =
            1 + (0..3).map(|_| self.below(7)).sum::<usize>() + if self.below(20) == 0 { self.below(60) } else { 0 };
        let mut text: Vec<String> = (0..length).map(|_| self.common_word()).collect();
        match self.below(40) {
            0 => text.push(format!("https://example.com/{}", self.common_word())),
            1 => text.push("`code`".to_owned()),
            _ => {}
        }
        text.join(" ")
    }

    /// A word as people use them.
    fn common_word(&mut self) -> String {
        let at = self.unit() * self.weights.last().copied().unwrap_or_default();
        self.words[self.weights.partition_point(|weight| *weight < at).min(WORDS - 1)].clone()
    }

    /// A word as people look for them: common ones, and just as often a rare one.
    pub fn wanted_word(&mut self) -> String {
        let limit = f64::from(u32::try_from(WORDS).unwrap_or(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the number of words"
        )]
        let rank = limit.powf(self.unit()) as usize;
        self.words[rank.min(WORDS) - 1].clone()
    }

    /// One of so many, the first ones more often.
    pub fn busy_one(&mut self, count: usize) -> usize {
        self.below(count).min(self.below(count))
    }

    /// A number below this one.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }

    #[expect(clippy::cast_precision_loss, reason = "53 bits are enough")]
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The generator `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
