UPDATE mdl_user
SET username = coalesce($2, username), auth = coalesce($3, auth), suspended = coalesce($4::smallint, suspended), firstname = coalesce($5, firstname),
	lastname = coalesce($6, lastname), email = coalesce($7, email), idnumber = coalesce($8, idnumber), lang = coalesce($9, lang),
	maildisplay = coalesce($10::smallint, maildisplay), city = coalesce($11, city), country = coalesce($12, country),
	timezone = coalesce($13, timezone), description = coalesce($14, description), institution = coalesce($15, institution),
	department = coalesce($16, department), phone1 = coalesce($17, phone1), phone2 = coalesce($18, phone2), address = coalesce($19, address),
	middlename = coalesce($20, middlename), alternatename = coalesce($21, alternatename), mailformat = coalesce($22::smallint, mailformat),
	timemodified = $23::bigint
WHERE id = $1::bigint
