SELECT json_build_object('resources', json_agg(name ORDER BY name)) FROM fs.resource
