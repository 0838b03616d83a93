/* FacturaScripts. Rows of all tables lie in one, as the documents that are served; the columns are those of the recorded answers, of
   quotes, orders and their lines those of the application's own tables (Core/Table). */
CREATE SCHEMA fs;
CREATE TABLE fs.resource (name text PRIMARY KEY, key text NOT NULL, columns text[] NOT NULL, allowed boolean NOT NULL DEFAULT true);
INSERT INTO fs.resource (name, key, columns) VALUES
('facturaclientes', 'idfactura', '{apartado,cifnif,ciudad,codagente,codalmacen,codcliente,coddivisa,codejercicio,codigo,codigoenv,codigorect,codpago,codpais,codpostal,codserie,codtrans,direccion,dtopor1,dtopor2,editable,fecha,fechadevengo,femail,hora,idasiento,idcontactoenv,idcontactofact,idempresa,idestado,idestado_ant,idfactura,idfacturarect,irpf,neto,netosindto,nick,nombrecliente,numdocs,numero,numero2,observaciones,operacion,pagada,provincia,tasaconv,total,totalbeneficio,totalcoste,totaleuros,totalirpf,totaliva,totalrecargo,totalsuplidos,vencida}'),
('lineafacturaclientes', 'idlinea', '{actualizastock,cantidad,codimpuesto,coste,descripcion,dtopor,dtopor2,excepcioniva,idfactura,idlinea,idlinearect,idproducto,irpf,iva,mostrar_cantidad,mostrar_precio,orden,pvpsindto,pvptotal,pvpunitario,recargo,referencia,salto_pagina,servido,suplido}'),
('reciboclientes', 'idrecibo', '{codcliente,coddivisa,codigofactura,codpago,fecha,fechapago,gastos,idempresa,idfactura,idrecibo,importe,liquidado,nick,numero,observaciones,pagado,vencido,vencimiento}'),
('pagoclientes', 'idpago', '{codpago,customid,customstatus,fecha,gastos,hora,idasiento,idpago,idrecibo,importe,nick}'),
('clientes', 'codcliente', '{cifnif,codagente,codcliente,codgrupo,codpago,codproveedor,codretencion,codserie,codsubcuenta,codtarifa,debaja,diaspago,email,excepcioniva,fax,fechaalta,fechabaja,idcontactoenv,idcontactofact,langcode,nombre,observaciones,operacion,personafisica,razonsocial,regimeniva,riesgoalcanzado,riesgomax,telefono1,telefono2,tipoidfiscal,web}'),
('contactos', 'idcontacto', '{aceptaprivacidad,admitemarketing,apartado,apellidos,cargo,cifnif,ciudad,codagente,codcliente,codpais,codpostal,codproveedor,descripcion,direccion,email,empresa,fechaalta,idcontacto,langcode,nombre,observaciones,personafisica,provincia,telefono1,telefono2,tipoidfiscal,verificado,web}'),
('productos', 'idproducto', '{actualizado,bloqueado,codfabricante,codfamilia,codimpuesto,codsubcuentacom,codsubcuentairpfcom,codsubcuentaven,descripcion,excepcioniva,fechaalta,idproducto,nostock,observaciones,precio,publico,referencia,secompra,sevende,stockfis,tipo,ventasinstock}'),
('variantes', 'idvariante', '{codbarras,coste,idatributovalor1,idatributovalor2,idatributovalor3,idatributovalor4,idproducto,idvariante,margen,precio,referencia,stockfis}'),
('estadodocumentos', 'idestado', '{activo,actualizastock,bloquear,color,editable,generadoc,icon,idestado,nombre,predeterminado,tipodoc}'),
('divisas', 'coddivisa', '{coddivisa,codiso,descripcion,simbolo,tasaconv,tasaconvcompra}'),
('formapagos', 'codpago', '{activa,codcuentabanco,codpago,descripcion,domiciliado,idempresa,imprimir,pagado,plazovencimiento,tipovencimiento}'),
('empresas', 'idempresa', '{administrador,apartado,cifnif,ciudad,codpais,codpostal,direccion,email,fax,fechaalta,idempresa,idlogo,nombre,nombrecorto,observaciones,personafisica,provincia,regimeniva,telefono1,telefono2,tipoidfiscal,web}'),
('series', 'codserie', '{canal,codserie,descripcion,iddiario,siniva,tipo}'),
('presupuestoclientes', 'idpresupuesto', '{apartado,cifnif,ciudad,codagente,codalmacen,codcliente,coddivisa,codejercicio,codigo,codigoenv,codpago,codpais,codpostal,codserie,codtrans,direccion,dtopor1,dtopor2,editable,fecha,femail,finoferta,hora,idcontactoenv,idcontactofact,idempresa,idestado,idestado_ant,idpresupuesto,irpf,neto,netosindto,nick,nombrecliente,numdocs,numero,numero2,observaciones,operacion,provincia,tasaconv,total,totalbeneficio,totalcoste,totaleuros,totalirpf,totaliva,totalrecargo,totalsuplidos}'),
('lineapresupuestoclientes', 'idlinea', '{actualizastock,cantidad,codimpuesto,coste,descripcion,dtopor,dtopor2,excepcioniva,idlinea,idpresupuesto,idproducto,irpf,iva,mostrar_cantidad,mostrar_precio,orden,pvpsindto,pvptotal,pvpunitario,recargo,referencia,salto_pagina,servido,suplido}'),
('pedidoclientes', 'idpedido', '{apartado,cifnif,ciudad,codagente,codalmacen,codcliente,coddivisa,codejercicio,codigo,codigoenv,codpago,codpais,codpostal,codserie,codtrans,direccion,dtopor1,dtopor2,editable,fecha,femail,finoferta,hora,idcontactoenv,idcontactofact,idempresa,idestado,idestado_ant,idpedido,irpf,neto,netosindto,nick,nombrecliente,numdocs,numero,numero2,observaciones,operacion,provincia,tasaconv,total,totalbeneficio,totalcoste,totaleuros,totalirpf,totaliva,totalrecargo,totalsuplidos}'),
('lineapedidoclientes', 'idlinea', '{actualizastock,cantidad,codimpuesto,coste,descripcion,dtopor,dtopor2,excepcioniva,idlinea,idpedido,idproducto,irpf,iva,mostrar_cantidad,mostrar_precio,orden,pvpsindto,pvptotal,pvpunitario,recargo,referencia,salto_pagina,servido,suplido}'),
('users', 'nick', '{nick}'),
('apikeyes', 'id', '{id}');
UPDATE fs.resource SET allowed = false WHERE name IN ('users', 'apikeyes');
CREATE TABLE fs.row (resource text NOT NULL REFERENCES fs.resource, id text NOT NULL, doc jsonb NOT NULL, PRIMARY KEY (resource, id));

/* Add rows or change fields of those that are there. */
CREATE FUNCTION fs.put(resource text, docs jsonb) RETURNS bigint LANGUAGE sql AS $$
    WITH one AS (
        SELECT d, d ->> r.key AS id
          FROM fs.resource r, jsonb_array_elements(CASE jsonb_typeof(docs) WHEN 'array' THEN docs ELSE jsonb_build_array(docs) END) d
         WHERE r.name = put.resource
    ), done AS (
        INSERT INTO fs.row (resource, id, doc) SELECT put.resource, id, d FROM one
        ON CONFLICT (resource, id) DO UPDATE SET doc = "row".doc || excluded.doc
        RETURNING 1
    )
    SELECT count(*) FROM done
$$;

/* Either order of a date as the one that sorts. */
CREATE FUNCTION fs.iso(value text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN value ~ '^\d\d-\d\d-\d{4}' THEN substr(value, 7, 4) || '-' || substr(value, 4, 2) || '-' || left(value, 2) || substr(value, 11) ELSE value END;
CREATE FUNCTION fs.is_date_column(field text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN field LIKE 'fecha%' OR field IN ('vencimiento', 'femail', 'actualizado', 'finoferta');
CREATE FUNCTION fs.is_date(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN fs.iso(value)::timestamp IS NOT NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END $$;
CREATE FUNCTION fs.number(value text) RETURNS numeric LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN value ~ '^-?[0-9]+([.][0-9]+)?$' THEN value::numeric END;

/* Does a row pass a filter: =, _gt, _lt, _gte, _lte, _neq, _is, _isnot, _null, _notnull, _like? */
CREATE FUNCTION fs.passes_any(doc jsonb, field text, suffix text, value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE suffix
        WHEN 'null' THEN v.have IS NULL
        WHEN 'notnull' THEN v.have IS NOT NULL
        WHEN 'is' THEN v.have IS NOT DISTINCT FROM nullif(lower(v.want), 'null')
        WHEN 'isnot' THEN v.have IS DISTINCT FROM nullif(lower(v.want), 'null')
        WHEN 'like' THEN v.have ILIKE CASE WHEN strpos(value, '%') > 0 THEN value ELSE '%' || value || '%' END
        WHEN 'gt' THEN v.side > 0 WHEN 'lt' THEN v.side < 0 WHEN 'gte' THEN v.side >= 0 WHEN 'lte' THEN v.side <= 0
        WHEN 'neq' THEN v.side <> 0 ELSE v.side = 0 END
      FROM (SELECT h.have, h.want,
                   CASE WHEN jsonb_typeof(doc -> field) = 'number' AND fs.number(h.want) IS NOT NULL
                            THEN sign(fs.number(h.have) - fs.number(h.want))::integer
                        WHEN h.have COLLATE "C" < h.want COLLATE "C" THEN -1 WHEN h.have COLLATE "C" > h.want COLLATE "C" THEN 1
                        WHEN h.have = h.want THEN 0 END AS side
              FROM (SELECT fs.iso(doc ->> field) AS have,
                           CASE WHEN jsonb_typeof(doc -> field) = 'boolean' THEN CASE value WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE value END
                                ELSE fs.iso(value) END AS want) h) v
$$;

/* The same; whole numbers, of which there are most, without a query of their own. */
CREATE FUNCTION fs.passes(doc jsonb, field text, suffix text, value text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN suffix IN ('gt', 'lt', 'gte', 'lte', '') AND value ~ '^[0-9]{1,15}$' AND doc ->> field ~ '^[0-9]{1,15}$' AND jsonb_typeof(doc -> field) = 'number'
                THEN CASE suffix WHEN 'gt' THEN (doc ->> field)::bigint > value::bigint WHEN 'lt' THEN (doc ->> field)::bigint < value::bigint
                                 WHEN 'gte' THEN (doc ->> field)::bigint >= value::bigint WHEN 'lte' THEN (doc ->> field)::bigint <= value::bigint
                                 ELSE (doc ->> field)::bigint = value::bigint END
                ELSE fs.passes_any(doc, field, suffix, value) END;

/* A row as it is served: its columns by name. */
CREATE FUNCTION fs.show(doc jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '{' || string_agg(to_json(key) || ':' || value, ',' ORDER BY key COLLATE "C") || '}' FROM jsonb_each(doc)
$$;

/* What there is by filters [[field, suffix, value, AND or OR], …], in the order [[field, direction], …]. */
CREATE FUNCTION fs.found(a_resource text, filters jsonb, orders jsonb) RETURNS TABLE (place bigint, doc jsonb) LANGUAGE sql STABLE AS $$
    SELECT row_number() OVER (ORDER BY
               CASE WHEN o.d1 <> 'DESC' THEN fs.number(r.doc ->> o.f1) END, CASE WHEN o.d1 = 'DESC' THEN fs.number(r.doc ->> o.f1) END DESC NULLS LAST,
               CASE WHEN o.d1 <> 'DESC' THEN fs.iso(r.doc ->> o.f1) END, CASE WHEN o.d1 = 'DESC' THEN fs.iso(r.doc ->> o.f1) END DESC NULLS LAST,
               CASE WHEN o.d2 <> 'DESC' THEN fs.number(r.doc ->> o.f2) END, CASE WHEN o.d2 = 'DESC' THEN fs.number(r.doc ->> o.f2) END DESC NULLS LAST,
               fs.number(r.id), r.id),
           r.doc
      FROM fs.row r
     CROSS JOIN (SELECT orders #>> '{0,0}' AS f1, upper(orders #>> '{0,1}') AS d1, orders #>> '{1,0}' AS f2, upper(orders #>> '{1,1}') AS d2) o
     WHERE r.resource = a_resource
       AND (coalesce((SELECT bool_and(coalesce(fs.passes(r.doc, f ->> 0, f ->> 1, f ->> 2), false)) FROM jsonb_array_elements(filters) f WHERE f ->> 3 <> 'OR'), true)
            OR EXISTS (SELECT FROM jsonb_array_elements(filters) f WHERE f ->> 3 = 'OR' AND fs.passes(r.doc, f ->> 0, f ->> 1, f ->> 2)))
$$;
