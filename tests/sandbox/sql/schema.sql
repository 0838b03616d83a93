/* Moodle's tables as read level 1 finds them: names, types and defaults of Moodle 4.5 on PostgreSQL, of those tables that the claimed
 * functions read or write. */
CREATE TABLE mdl_config (
	id bigserial, name varchar(255) NOT NULL DEFAULT '', value text NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE mdl_config_plugins (
	id bigserial, plugin varchar(100) NOT NULL DEFAULT 'core', name varchar(100) NOT NULL DEFAULT '', value text NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE mdl_user (
	id bigserial, auth varchar(20) NOT NULL DEFAULT 'manual', confirmed smallint NOT NULL DEFAULT 0,
	policyagreed smallint NOT NULL DEFAULT 0, deleted smallint NOT NULL DEFAULT 0, suspended smallint NOT NULL DEFAULT 0,
	mnethostid bigint NOT NULL DEFAULT 0, username varchar(100) NOT NULL DEFAULT '', password varchar(255) NOT NULL DEFAULT '',
	idnumber varchar(255) NOT NULL DEFAULT '', firstname varchar(100) NOT NULL DEFAULT '',
	lastname varchar(100) NOT NULL DEFAULT '', email varchar(100) NOT NULL DEFAULT '', emailstop smallint NOT NULL DEFAULT 0,
	phone1 varchar(20) NOT NULL DEFAULT '', phone2 varchar(20) NOT NULL DEFAULT '',
	institution varchar(255) NOT NULL DEFAULT '', department varchar(255) NOT NULL DEFAULT '',
	address varchar(255) NOT NULL DEFAULT '', city varchar(120) NOT NULL DEFAULT '', country varchar(2) NOT NULL DEFAULT '',
	lang varchar(30) NOT NULL DEFAULT 'en', calendartype varchar(30) NOT NULL DEFAULT 'gregorian',
	theme varchar(50) NOT NULL DEFAULT '', timezone varchar(100) NOT NULL DEFAULT '99', firstaccess bigint NOT NULL DEFAULT 0,
	lastaccess bigint NOT NULL DEFAULT 0, lastlogin bigint NOT NULL DEFAULT 0, currentlogin bigint NOT NULL DEFAULT 0,
	lastip varchar(45) NOT NULL DEFAULT '', secret varchar(15) NOT NULL DEFAULT '', picture bigint NOT NULL DEFAULT 0,
	description text, descriptionformat smallint NOT NULL DEFAULT 1, mailformat smallint NOT NULL DEFAULT 1,
	maildigest smallint NOT NULL DEFAULT 0, maildisplay smallint NOT NULL DEFAULT 2, autosubscribe smallint NOT NULL DEFAULT 1,
	trackforums smallint NOT NULL DEFAULT 0, timecreated bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0,
	trustbitmask bigint NOT NULL DEFAULT 0, imagealt varchar(255), lastnamephonetic varchar(255),
	firstnamephonetic varchar(255), middlename varchar(255), alternatename varchar(255), moodlenetprofile varchar(255), PRIMARY KEY (id)
);
CREATE TABLE mdl_user_preferences (
	id bigserial, userid bigint NOT NULL DEFAULT 0, name varchar(255) NOT NULL DEFAULT '',
	value varchar(1333) NOT NULL DEFAULT '', PRIMARY KEY (id)
);
CREATE TABLE mdl_user_info_field (
	id bigserial, shortname varchar(255) NOT NULL DEFAULT 'shortname', name text NOT NULL,
	datatype varchar(255) NOT NULL DEFAULT '', description text, descriptionformat smallint NOT NULL DEFAULT 0,
	categoryid bigint NOT NULL DEFAULT 0, sortorder bigint NOT NULL DEFAULT 0, required smallint NOT NULL DEFAULT 0,
	locked smallint NOT NULL DEFAULT 0, visible smallint NOT NULL DEFAULT 0, forceunique smallint NOT NULL DEFAULT 0,
	signup smallint NOT NULL DEFAULT 0, defaultdata text, defaultdataformat smallint NOT NULL DEFAULT 0, param1 text,
	param2 text, param3 text, param4 text, param5 text, PRIMARY KEY (id)
);
CREATE TABLE mdl_user_info_data (
	id bigserial, userid bigint NOT NULL DEFAULT 0, fieldid bigint NOT NULL DEFAULT 0, data text NOT NULL,
	dataformat smallint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_user_lastaccess (
	id bigserial, userid bigint NOT NULL DEFAULT 0, courseid bigint NOT NULL DEFAULT 0, timeaccess bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_context (
	id bigserial, contextlevel bigint NOT NULL DEFAULT 0, instanceid bigint NOT NULL DEFAULT 0, path varchar(255),
	depth smallint NOT NULL DEFAULT 0, locked smallint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_role (
	id bigserial, name varchar(255) NOT NULL DEFAULT '', shortname varchar(100) NOT NULL DEFAULT '', description text NOT NULL,
	sortorder bigint NOT NULL DEFAULT 0, archetype varchar(30) NOT NULL DEFAULT '', PRIMARY KEY (id)
);
CREATE TABLE mdl_role_allow_assign (
	id bigserial, roleid bigint NOT NULL DEFAULT 0, allowassign bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_role_assignments (
	id bigserial, roleid bigint NOT NULL DEFAULT 0, contextid bigint NOT NULL DEFAULT 0, userid bigint NOT NULL DEFAULT 0,
	timemodified bigint NOT NULL DEFAULT 0, modifierid bigint NOT NULL DEFAULT 0, component varchar(100) NOT NULL DEFAULT '',
	itemid bigint NOT NULL DEFAULT 0, sortorder bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_role_capabilities (
	id bigserial, contextid bigint NOT NULL DEFAULT 0, roleid bigint NOT NULL DEFAULT 0,
	capability varchar(255) NOT NULL DEFAULT '', permission bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0,
	modifierid bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_categories (
	id bigserial, name varchar(255) NOT NULL DEFAULT '', idnumber varchar(100), description text,
	descriptionformat smallint NOT NULL DEFAULT 0, parent bigint NOT NULL DEFAULT 0, sortorder bigint NOT NULL DEFAULT 0,
	coursecount bigint NOT NULL DEFAULT 0, visible smallint NOT NULL DEFAULT 1, visibleold smallint NOT NULL DEFAULT 1,
	timemodified bigint NOT NULL DEFAULT 0, depth bigint NOT NULL DEFAULT 0, path varchar(255) NOT NULL DEFAULT '',
	theme varchar(50), PRIMARY KEY (id)
);
CREATE TABLE mdl_course (
	id bigserial, category bigint NOT NULL DEFAULT 0, sortorder bigint NOT NULL DEFAULT 0,
	fullname varchar(254) NOT NULL DEFAULT '', shortname varchar(255) NOT NULL DEFAULT '',
	idnumber varchar(100) NOT NULL DEFAULT '', summary text, summaryformat smallint NOT NULL DEFAULT 0,
	format varchar(21) NOT NULL DEFAULT 'topics', showgrades smallint NOT NULL DEFAULT 1, newsitems integer NOT NULL DEFAULT 1,
	startdate bigint NOT NULL DEFAULT 0, enddate bigint NOT NULL DEFAULT 0, relativedatesmode smallint NOT NULL DEFAULT 0,
	marker bigint NOT NULL DEFAULT 0, maxbytes bigint NOT NULL DEFAULT 0, legacyfiles smallint NOT NULL DEFAULT 0,
	showreports smallint NOT NULL DEFAULT 0, visible smallint NOT NULL DEFAULT 1, visibleold smallint NOT NULL DEFAULT 1,
	downloadcontent smallint, groupmode smallint NOT NULL DEFAULT 0, groupmodeforce smallint NOT NULL DEFAULT 0,
	defaultgroupingid bigint NOT NULL DEFAULT 0, lang varchar(30) NOT NULL DEFAULT '',
	calendartype varchar(30) NOT NULL DEFAULT '', theme varchar(50) NOT NULL DEFAULT '', timecreated bigint NOT NULL DEFAULT 0,
	timemodified bigint NOT NULL DEFAULT 0, requested smallint NOT NULL DEFAULT 0, enablecompletion smallint NOT NULL DEFAULT 0,
	completionnotify smallint NOT NULL DEFAULT 0, cacherev bigint NOT NULL DEFAULT 0, originalcourseid bigint,
	showactivitydates smallint NOT NULL DEFAULT 0, showcompletionconditions smallint, pdfexportfont varchar(50), PRIMARY KEY (id)
);
CREATE TABLE mdl_course_format_options (
	id bigserial, courseid bigint NOT NULL, format varchar(21) NOT NULL DEFAULT '', sectionid bigint NOT NULL DEFAULT 0,
	name varchar(100) NOT NULL DEFAULT '', value text, PRIMARY KEY (id)
);
CREATE TABLE mdl_enrol (
	id bigserial, enrol varchar(20) NOT NULL DEFAULT '', status bigint NOT NULL DEFAULT 0, courseid bigint NOT NULL,
	sortorder bigint NOT NULL DEFAULT 0, name varchar(255), enrolperiod bigint DEFAULT 0, enrolstartdate bigint DEFAULT 0,
	enrolenddate bigint DEFAULT 0, expirynotify smallint DEFAULT 0, expirythreshold bigint DEFAULT 0,
	notifyall smallint DEFAULT 0, password varchar(50), cost varchar(20), currency varchar(3), roleid bigint DEFAULT 0,
	customint1 bigint, customint2 bigint, customint3 bigint, customint4 bigint, customint5 bigint, customint6 bigint,
	customint7 bigint, customint8 bigint, customchar1 varchar(255), customchar2 varchar(255), customchar3 varchar(1333),
	customdec1 numeric(12,7), customdec2 numeric(12,7), customtext1 text, customtext2 text, customtext3 text, customtext4 text,
	timecreated bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_user_enrolments (
	id bigserial, status bigint NOT NULL DEFAULT 0, enrolid bigint NOT NULL, userid bigint NOT NULL,
	timestart bigint NOT NULL DEFAULT 0, timeend bigint NOT NULL DEFAULT 2147483647, modifierid bigint NOT NULL DEFAULT 0,
	timecreated bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_cohort (
	id bigserial, contextid bigint NOT NULL, name varchar(254) NOT NULL DEFAULT '', idnumber varchar(100), description text,
	descriptionformat smallint NOT NULL, visible smallint NOT NULL DEFAULT 1, component varchar(100) NOT NULL DEFAULT '',
	timecreated bigint NOT NULL, timemodified bigint NOT NULL, theme varchar(50), PRIMARY KEY (id)
);
CREATE TABLE mdl_cohort_members (
	id bigserial, cohortid bigint NOT NULL DEFAULT 0, userid bigint NOT NULL DEFAULT 0, timeadded bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_groups (
	id bigserial, courseid bigint NOT NULL, idnumber varchar(100) NOT NULL DEFAULT '', name varchar(254) NOT NULL DEFAULT '',
	description text, descriptionformat smallint NOT NULL DEFAULT 0, enrolmentkey varchar(50),
	picture bigint NOT NULL DEFAULT 0, visibility smallint NOT NULL DEFAULT 0, participation smallint NOT NULL DEFAULT 1,
	timecreated bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_groups_members (
	id bigserial, groupid bigint NOT NULL DEFAULT 0, userid bigint NOT NULL DEFAULT 0, timeadded bigint NOT NULL DEFAULT 0,
	component varchar(100) NOT NULL DEFAULT '', itemid bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_modules (
	id bigserial, name varchar(20) NOT NULL DEFAULT '', cron bigint NOT NULL DEFAULT 0, lastcron bigint NOT NULL DEFAULT 0,
	search varchar(255) NOT NULL DEFAULT '', visible smallint NOT NULL DEFAULT 1, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_modules (
	id bigserial, course bigint NOT NULL DEFAULT 0, module bigint NOT NULL DEFAULT 0, instance bigint NOT NULL DEFAULT 0,
	section bigint NOT NULL DEFAULT 0, idnumber varchar(100), added bigint NOT NULL DEFAULT 0,
	score smallint NOT NULL DEFAULT 0, indent integer NOT NULL DEFAULT 0, visible smallint NOT NULL DEFAULT 1,
	visibleoncoursepage smallint NOT NULL DEFAULT 1, visibleold smallint NOT NULL DEFAULT 1,
	groupmode smallint NOT NULL DEFAULT 0, groupingid bigint NOT NULL DEFAULT 0, completion smallint NOT NULL DEFAULT 0,
	completiongradeitemnumber bigint, completionview smallint NOT NULL DEFAULT 0, completionexpected bigint NOT NULL DEFAULT 0,
	completionpassgrade smallint NOT NULL DEFAULT 0, showdescription smallint NOT NULL DEFAULT 0, availability text,
	deletioninprogress smallint NOT NULL DEFAULT 0, downloadcontent smallint DEFAULT 1, lang varchar(30), PRIMARY KEY (id)
);
CREATE TABLE mdl_course_sections (
	id bigserial, course bigint NOT NULL DEFAULT 0, section bigint NOT NULL DEFAULT 0, name varchar(255), summary text,
	summaryformat smallint NOT NULL DEFAULT 0, sequence text, visible smallint NOT NULL DEFAULT 1, availability text, component varchar(100),
	itemid bigint, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_page (
	id bigserial, course bigint NOT NULL DEFAULT 0, name varchar(255) NOT NULL DEFAULT '', intro text,
	introformat smallint NOT NULL DEFAULT 0, content text, contentformat smallint NOT NULL DEFAULT 0,
	legacyfiles smallint NOT NULL DEFAULT 0, legacyfileslast bigint, display smallint NOT NULL DEFAULT 0, displayoptions text,
	revision bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_assign (
	id bigserial, course bigint NOT NULL DEFAULT 0, name varchar(255) NOT NULL DEFAULT '', intro text NOT NULL,
	introformat smallint NOT NULL DEFAULT 0, alwaysshowdescription smallint NOT NULL DEFAULT 0,
	nosubmissions smallint NOT NULL DEFAULT 0, submissiondrafts smallint NOT NULL DEFAULT 0,
	sendnotifications smallint NOT NULL DEFAULT 0, sendlatenotifications smallint NOT NULL DEFAULT 0,
	duedate bigint NOT NULL DEFAULT 0, allowsubmissionsfromdate bigint NOT NULL DEFAULT 0, grade bigint NOT NULL DEFAULT 0,
	timemodified bigint NOT NULL DEFAULT 0, requiresubmissionstatement smallint NOT NULL DEFAULT 0,
	completionsubmit smallint NOT NULL DEFAULT 0, cutoffdate bigint NOT NULL DEFAULT 0,
	gradingduedate bigint NOT NULL DEFAULT 0, teamsubmission smallint NOT NULL DEFAULT 0,
	requireallteammemberssubmit smallint NOT NULL DEFAULT 0, teamsubmissiongroupingid bigint NOT NULL DEFAULT 0,
	blindmarking smallint NOT NULL DEFAULT 0, hidegrader smallint NOT NULL DEFAULT 0,
	revealidentities smallint NOT NULL DEFAULT 0, attemptreopenmethod varchar(10) NOT NULL DEFAULT 'untilpass',
	maxattempts integer NOT NULL DEFAULT 1, markingworkflow smallint NOT NULL DEFAULT 0,
	markingallocation smallint NOT NULL DEFAULT 0, markinganonymous smallint NOT NULL DEFAULT 0,
	sendstudentnotifications smallint NOT NULL DEFAULT 1, preventsubmissionnotingroup smallint NOT NULL DEFAULT 0,
	activity text, activityformat smallint NOT NULL DEFAULT 0, timelimit bigint NOT NULL DEFAULT 0,
	submissionattachments smallint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_completions (
	id bigserial, userid bigint NOT NULL DEFAULT 0, course bigint NOT NULL DEFAULT 0, timeenrolled bigint NOT NULL DEFAULT 0,
	timestarted bigint NOT NULL DEFAULT 0, timecompleted bigint, reaggregate bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_completion_criteria (
	id bigserial, course bigint NOT NULL DEFAULT 0, criteriatype bigint NOT NULL DEFAULT 0, module varchar(100),
	moduleinstance bigint, courseinstance bigint, enrolperiod bigint, timeend bigint, gradepass numeric(10,5), role bigint, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_completion_crit_compl (
	id bigserial, userid bigint NOT NULL DEFAULT 0, course bigint NOT NULL DEFAULT 0, criteriaid bigint NOT NULL DEFAULT 0,
	gradefinal numeric(10,5), unenroled bigint, timecompleted bigint, PRIMARY KEY (id)
);
CREATE TABLE mdl_course_completion_aggr_methd (
	id bigserial, course bigint NOT NULL DEFAULT 0, criteriatype bigint, method smallint NOT NULL DEFAULT 0,
	value numeric(10,5), PRIMARY KEY (id)
);
CREATE TABLE mdl_course_modules_completion (
	id bigserial, coursemoduleid bigint NOT NULL, userid bigint NOT NULL, completionstate smallint NOT NULL, overrideby bigint,
	timemodified bigint NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE mdl_grade_items (
	id bigserial, courseid bigint, categoryid bigint, itemname varchar(255), itemtype varchar(30) NOT NULL DEFAULT '',
	itemmodule varchar(30), iteminstance bigint, itemnumber bigint, iteminfo text, idnumber varchar(255), calculation text,
	gradetype smallint NOT NULL DEFAULT 1, grademax numeric(10,5) NOT NULL DEFAULT 100,
	grademin numeric(10,5) NOT NULL DEFAULT 0, scaleid bigint, outcomeid bigint, gradepass numeric(10,5) NOT NULL DEFAULT 0,
	multfactor numeric(10,5) NOT NULL DEFAULT 1.0, plusfactor numeric(10,5) NOT NULL DEFAULT 0,
	aggregationcoef numeric(10,5) NOT NULL DEFAULT 0, aggregationcoef2 numeric(10,5) NOT NULL DEFAULT 0,
	sortorder bigint NOT NULL DEFAULT 0, display bigint NOT NULL DEFAULT 0, decimals smallint, hidden bigint NOT NULL DEFAULT 0,
	locked bigint NOT NULL DEFAULT 0, locktime bigint NOT NULL DEFAULT 0, needsupdate bigint NOT NULL DEFAULT 0,
	weightoverride smallint NOT NULL DEFAULT 0, timecreated bigint, timemodified bigint, PRIMARY KEY (id)
);
CREATE TABLE mdl_grade_grades (
	id bigserial, itemid bigint NOT NULL, userid bigint NOT NULL, rawgrade numeric(10,5),
	rawgrademax numeric(10,5) NOT NULL DEFAULT 100, rawgrademin numeric(10,5) NOT NULL DEFAULT 0, rawscaleid bigint,
	usermodified bigint, finalgrade numeric(10,5), hidden bigint NOT NULL DEFAULT 0, locked bigint NOT NULL DEFAULT 0,
	locktime bigint NOT NULL DEFAULT 0, exported bigint NOT NULL DEFAULT 0, overridden bigint NOT NULL DEFAULT 0,
	excluded bigint NOT NULL DEFAULT 0, feedback text, feedbackformat bigint NOT NULL DEFAULT 0, information text,
	informationformat bigint NOT NULL DEFAULT 0, timecreated bigint, timemodified bigint,
	aggregationstatus varchar(10) NOT NULL DEFAULT 'unknown', aggregationweight numeric(10,5), PRIMARY KEY (id)
);
CREATE TABLE mdl_external_functions (
	id bigserial, name varchar(200) NOT NULL DEFAULT '', classname varchar(100) NOT NULL DEFAULT '',
	methodname varchar(100) NOT NULL DEFAULT '', classpath varchar(255), component varchar(100) NOT NULL DEFAULT '',
	capabilities varchar(255), services varchar(1333), PRIMARY KEY (id)
);
CREATE TABLE mdl_external_services (
	id bigserial, name varchar(200) NOT NULL DEFAULT '', enabled smallint NOT NULL, requiredcapability varchar(150),
	restrictedusers smallint NOT NULL, component varchar(100), timecreated bigint NOT NULL, timemodified bigint,
	shortname varchar(255), downloadfiles smallint NOT NULL DEFAULT 0, uploadfiles smallint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_external_services_functions (
	id bigserial, externalserviceid bigint NOT NULL, functionname varchar(200) NOT NULL DEFAULT '', PRIMARY KEY (id)
);
CREATE TABLE mdl_external_services_users (
	id bigserial, externalserviceid bigint NOT NULL, userid bigint NOT NULL, iprestriction varchar(255), validuntil bigint,
	timecreated bigint, PRIMARY KEY (id)
);
CREATE TABLE mdl_external_tokens (
	id bigserial, token varchar(128) NOT NULL DEFAULT '', privatetoken varchar(64), tokentype smallint NOT NULL,
	userid bigint NOT NULL, externalserviceid bigint NOT NULL, sid varchar(128), contextid bigint NOT NULL,
	creatorid bigint NOT NULL DEFAULT 1, iprestriction varchar(255), validuntil bigint, timecreated bigint NOT NULL,
	lastaccess bigint, name varchar(255), PRIMARY KEY (id)
);
CREATE TABLE mdl_reportbuilder_report (
	id bigserial, name varchar(255), source varchar(255) NOT NULL DEFAULT '', type smallint NOT NULL DEFAULT 0,
	uniquerows smallint NOT NULL DEFAULT 0, conditiondata text, settingsdata text, contextid bigint NOT NULL,
	component varchar(100) NOT NULL DEFAULT '', area varchar(100) NOT NULL DEFAULT '', itemid bigint NOT NULL DEFAULT 0,
	usercreated bigint NOT NULL DEFAULT 0, usermodified bigint NOT NULL DEFAULT 0, timecreated bigint NOT NULL DEFAULT 0,
	timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE TABLE mdl_reportbuilder_column (
	id bigserial, reportid bigint NOT NULL DEFAULT 0, uniqueidentifier varchar(255) NOT NULL DEFAULT '',
	aggregation varchar(32), heading varchar(255), columnorder bigint NOT NULL, sortenabled smallint NOT NULL DEFAULT 0,
	sortdirection smallint NOT NULL, sortorder bigint, usercreated bigint NOT NULL DEFAULT 0,
	usermodified bigint NOT NULL DEFAULT 0, timecreated bigint NOT NULL DEFAULT 0, timemodified bigint NOT NULL DEFAULT 0, PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ON mdl_user (mnethostid, username);
CREATE INDEX ON mdl_user (lower(email));
CREATE INDEX ON mdl_user (email);
CREATE INDEX ON mdl_user (idnumber);
CREATE UNIQUE INDEX ON mdl_user_preferences (userid, name);
CREATE UNIQUE INDEX ON mdl_user_info_data (userid, fieldid);
CREATE UNIQUE INDEX ON mdl_context (contextlevel, instanceid);
CREATE INDEX ON mdl_role_assignments (contextid, userid);
CREATE INDEX ON mdl_role_assignments (userid, contextid);
CREATE INDEX ON mdl_role_capabilities (roleid);
CREATE INDEX ON mdl_enrol (courseid);
CREATE UNIQUE INDEX ON mdl_user_enrolments (enrolid, userid);
CREATE INDEX ON mdl_user_enrolments (userid);
CREATE UNIQUE INDEX ON mdl_cohort_members (cohortid, userid);
CREATE UNIQUE INDEX ON mdl_groups_members (userid, groupid);
CREATE UNIQUE INDEX ON mdl_course_completions (userid, course);
CREATE UNIQUE INDEX ON mdl_course_completion_crit_compl (userid, course, criteriaid);
CREATE UNIQUE INDEX ON mdl_course_modules_completion (userid, coursemoduleid);
CREATE INDEX ON mdl_grade_grades (itemid, userid);
CREATE UNIQUE INDEX ON mdl_external_tokens (token);
CREATE INDEX ON mdl_external_services_functions (externalserviceid, functionname);
CREATE UNIQUE INDEX ON mdl_external_functions (name);

/* What the outside of a real Moodle would have: its mails, and the sandbox's own memory. */
CREATE SCHEMA sandbox;
CREATE TABLE sandbox.mail (
	id bigserial PRIMARY KEY, kind text NOT NULL, userid bigint NOT NULL, courseid bigint, recipient text NOT NULL, subject text NOT NULL,
	sent_at bigint NOT NULL
);
/* What is to happen later: a new version of an order or transaction (subject its id), a completion (subject the e-mail, doc the course). */
CREATE TABLE sandbox.event (id bigserial PRIMARY KEY, at bigint NOT NULL, kind text NOT NULL, subject text NOT NULL, doc text NOT NULL);
CREATE INDEX ON sandbox.event (at);
CREATE TABLE sandbox.setting (name text PRIMARY KEY, value text NOT NULL);

/* The moment that the seeds count from. */
CREATE FUNCTION sandbox_now() RETURNS bigint LANGUAGE sql STABLE AS $$SELECT value::bigint FROM sandbox.setting WHERE name = 'seed_now'$$;

/* The shop. Documents are kept as the text that is served; what is asked for stands beside it. */
CREATE SCHEMA shop;
CREATE TABLE shop.orders (
	id text PRIMARY KEY, modified_on timestamptz NOT NULL, status text NOT NULL, customer text,
	doc text NOT NULL
);
CREATE INDEX ON shop.orders (modified_on, id);
CREATE TABLE shop.documents (
	id text PRIMARY KEY, modified_on timestamptz NOT NULL, order_id text, doc text NOT NULL
);
CREATE INDEX ON shop.documents (modified_on, id);
CREATE TABLE shop.products (id text PRIMARY KEY, modified_on timestamptz NOT NULL, type text NOT NULL, doc text NOT NULL);
CREATE TABLE shop.website (doc text NOT NULL);
