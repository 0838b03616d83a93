-- A first reading joins and sorts hundreds of thousands of rows; the server's default is made for small queries.
SET LOCAL work_mem = '64MB'
