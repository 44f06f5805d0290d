"""Words and digits for people: catalogues, text direction, plural forms."""
