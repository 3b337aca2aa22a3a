"""Reports: the numbers of a month or of a programme as documents (PDF, Excel, CSV), by mail, as open data and on a
public page. A report is put together as plain data (`document`) and written in each format from that (`files`)."""
