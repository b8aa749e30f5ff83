"""How a user's prompt is read: its words are looked up in one lexicon (`synonyms_en`,
`synonyms_zh` and the words of captions) and written again in words that captions use. May import
the rest of `language`."""
