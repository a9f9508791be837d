"""Files that visitors bring: from bytes to text, from text to rows, from rows to the column that holds the texts.

Each step recognises by a rule, says what it recognised, and takes the visitor's word for it where they know better.
"""
