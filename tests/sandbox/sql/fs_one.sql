SELECT fs.show(doc) FROM fs.row WHERE resource = $1 AND id = $2
