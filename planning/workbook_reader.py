"""openpyxl's reader of workbooks, for files that strangers made."""

from openpyxl.reader.excel import ExcelReader


class WorkbookReader(ExcelReader):
    """Refuses a workbook that names one part as many sheets: openpyxl would read a large one as many times."""

    def read_worksheets(self) -> None:
        targets = [relation.target for _sheet, relation in self.parser.find_sheets()]
        if len(set(targets)) < len(targets):
            raise ValueError("the same part for several sheets")
        super().read_worksheets()
