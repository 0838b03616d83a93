-- A second reckoning within one transaction makes its temporary tables anew.
DISCARD TEMP
