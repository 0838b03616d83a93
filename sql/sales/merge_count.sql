SELECT count(*) AS changed FROM sale_pick
