"""Every mail, a function each: from rows to the letter that goes out."""
