"""Compiles one template in a process of its own, which ends with all the memory that Typst took for it.

Started by `reports.files.pdf` for large documents: of five thousand rows Typst keeps some 800 MB, which a worker would
never give back. Reads JSON from standard input and writes the PDF to standard output; what Typst refuses goes to
standard error, with exit status `REFUSED`. Imports nothing of the portal, and is given no environment.
"""

import json
import sys

REFUSED = 3


def main() -> int:
    import typst

    job = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[job["fonts"]])
    try:
        pdf = typst.compile(
            job["template"].encode(),
            format="pdf",
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs=job["inputs"],
            pdf_standards="ua-1",
            timestamp=job["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write("; ".join([error.message, *error.hints]))
        return REFUSED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
