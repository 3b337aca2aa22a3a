"""Reports: the statistics of a month or a programme as documents (PDF, Excel, CSV), by mail, as open data and on a
public page. A report is built as plain data (`document`), from which each format is written (`files`)."""
