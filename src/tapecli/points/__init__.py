"""Where derivatives are computed: ranges, tables, text files, arrays and Parquet files."""
