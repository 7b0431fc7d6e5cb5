//! The real program: its command line, its start, its end.
