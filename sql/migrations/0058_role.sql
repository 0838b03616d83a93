-- Ids of the roles that rules name, besides the site's own: learned by reading the site, or told by the configuration.
CREATE TABLE ctok.site_role (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    shortname text NOT NULL,
    role_id   bigint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, shortname),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.site_role');
