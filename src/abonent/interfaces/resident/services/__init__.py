"""«Информация по услугам» / «Қызметтер бойынша ақпарат», and the statement that is printed from it."""
