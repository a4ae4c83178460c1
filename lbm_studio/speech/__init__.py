"""Speech: from a few seconds of sound to words, how sure that is, and whether it was speech at all.

What is heard is an offer. It becomes a goal when a person says so, never here.
"""
