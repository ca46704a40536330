"""The ribbon add-in for Excel: what its buttons do in the open workbook, and how it is built and installed."""
