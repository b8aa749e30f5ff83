"""The fields of request bodies: one table (`table.TABLE`) declares them all, and parsing, the
OpenAPI document, the reference and the `param` of errors are derived from it."""
