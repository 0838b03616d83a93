"""Replay the recorded cases of Moodle 4.5 (tests/fixtures/moodle-4.5/<function>/<case>.json) against the sandbox: same status, same shape, same
values after what must differ (times, picture addresses, ids of new rows) is set aside, same rows in the database and same mails where the
recording has them.

The recordings were made one after the other on one site. What a case needs to find there, beyond the seed and its own `db_before`, stands in
replay.json: `given` (an enrolment [user, course, method, status, timestart, timeend], SQL, switches, or a named group of rows), `loose` (members of
which only the type counts), `after` (fields at the end of a request whose fields were not all kept), `replace` (fields the recorder masked)."""

import glob
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sandbox import ROOT, Answer, Sandbox, Tap  # noqa: E402

FIXTURES = os.path.join(ROOT, "tests", "fixtures", "moodle-4.5")
TIMES = {"timecreated", "timemodified", "cacherev", "timecompleted", "lastaccess"}
# The recordings were made within minutes; here time has moved on so far that a row written by a case can be told from the seed's.
NOW = 1795167504 + 5000

TEACHER_COURSE = """
INSERT INTO mdl_course (id, category, sortorder, fullname, shortname) VALUES (10, 2, 20000, 'Course with teacher', 'TEACH');
INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth) VALUES (900, 50, 10, '/1/11/900', 3);
INSERT INTO mdl_enrol (id, enrol, courseid, roleid, customint1) VALUES (900, 'manual', 10, 5, 1);
INSERT INTO mdl_user (id, confirmed, mnethostid, username, firstname, lastname, email) VALUES (900, 1, 1, 'teacher', 'Tea', 'Cher', 'teacher@example.test');
INSERT INTO mdl_role_assignments (roleid, contextid, userid) VALUES (3, 900, 900)"""
NEW_PEOPLE = """
INSERT INTO mdl_user (id, confirmed, mnethostid, username, password, firstname, lastname, email)
SELECT 64 + n, 1, 1, u, '$6$x', f, l, u || '@example.test'
FROM (VALUES (1, 'new.one', 'Jürgen', 'Müller-Lüdenscheidt'), (2, 'new.two', 'First', 'Ändert'), (3, 'new.three', '李', '雷'), (4, 'new.four', 'Emoji 😀', '🎉'))
	AS x (n, u, f, l);
UPDATE mdl_user SET idnumber = CASE id WHEN 65 THEN 'CUST-9001' ELSE 'CUST-9002' END, timezone = CASE id WHEN 65 THEN 'Europe/Berlin' ELSE '99' END
WHERE id IN (65, 66);
UPDATE mdl_user SET city = 'Graz' WHERE id = 67"""
BULK_PEOPLE = """
INSERT INTO mdl_user (id, confirmed, mnethostid, username, password, firstname, lastname, email, idnumber)
SELECT 98 + n, 1, 1, 'bulk' || lpad(n::text, 5, '0'), '$6$x', 'Bulk', 'User ' || n, 'bulk' || lpad(n::text, 5, '0') || '@example.test', 'BULK-' || n
FROM generate_series(1, 1500) AS n"""
ENROL = """
INSERT INTO mdl_user_enrolments (status, enrolid, userid, timestart, timeend, timecreated, timemodified)
SELECT {3}, id, {0}, {4}, {5}, sandbox_now(), sandbox_now() FROM mdl_enrol WHERE courseid = {1} AND enrol = '{2}';
INSERT INTO mdl_role_assignments (roleid, contextid, userid, component)
SELECT 5, id, {0}, CASE '{2}' WHEN 'course_tokens' THEN 'enrol_course_tokens' ELSE '' END FROM mdl_context
WHERE contextlevel = 50 AND instanceid = {1} AND NOT EXISTS (SELECT FROM mdl_role_assignments a WHERE a.userid = {0} AND a.contextid = mdl_context.id)"""


def give(sandbox, items):
    for item in items:
        if item == "teacher's course":
            sandbox.sql(TEACHER_COURSE)
        elif item == "four new people":
            sandbox.sql(NEW_PEOPLE)
        elif item == "bulk people":
            sandbox.sql(BULK_PEOPLE)
        elif "sql" in item:
            sandbox.sql(item["sql"])
        elif "set" in item:
            sandbox.control("set", **item["set"])
        else:
            sandbox.sql(ENROL.format(*item["enrol"]))


def fields_of(case, recorded, more):
    """The fields as sent; a request with bytes that JSON text cannot hold has only its body. Of long requests only the beginning was kept; the rest
    follows from the first row and the number of fields."""
    request = recorded["request"]
    kept = request["fields"] if "fields" in request else urllib.parse.parse_qsl(request.get("body") or "")
    fields = [(name, more.get("replace", {}).get(name, value)) for name, value in kept or []]
    if not recorded["request"].get("fields_truncated") or case.startswith("_limits/body_over"):
        return fields
    number = re.compile(r"^(enrolments|values)\[(\d+)\]")
    row = [(name, value) for name, value in fields if number.match(name) and number.match(name).group(2) == "0"]
    control = [(name, value) for name, value in fields if not number.match(name)]
    after = [tuple(field) for field in more.get("after", [])]
    count, rest = divmod(recorded["request"]["fields_total"] - len(control) - len(after), len(row))
    if rest:
        raise ValueError("%s: %d fields are no whole number of rows" % (case, recorded["request"]["fields_total"]))
    fields = control
    for n in range(count):
        for name, value in row:
            if name.endswith("[userid]"):
                value = str(99 + n)
            elif name.startswith("values"):
                value = "bulk%05d" % (n + 1)
            fields.append((name.replace("[0]", "[%d]" % n, 1), value))
    return fields + after


def multipart(fields, boundary):
    return "".join('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, name, value)
                   for name, value in fields) + "--%s--\r\n" % boundary


def send(sandbox, case, request, fields):
    content_type = (request.get("headers") or {}).get("Content-Type", "application/x-www-form-urlencoded")
    if request["method"] in ("GET", "HEAD"):
        return sandbox.ask(request["method"], request["path"])
    if "fields" not in request or "json" in content_type:
        body = request["body"]
    elif content_type.startswith("multipart"):
        body = multipart(fields, content_type.split("boundary=")[1])
    else:
        body = urllib.parse.urlencode(fields)
    if case.startswith("_limits/body_over"):
        return send_padded(sandbox, request, body, content_type)
    return sandbox.ask(request["method"], request["path"], body.encode(), {"Content-Type": content_type})


def send_padded(sandbox, request, body, content_type):
    """A body so large that the server may answer before it has been sent whole."""
    connection = sandbox.connect()
    body = body + "&pad=" + "x" * (request["request_bytes"] - len(body) - 5)
    connection.putrequest("POST", request["path"])
    connection.putheader("Content-Type", content_type)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    if len(body) < 32 << 20:
        connection.send(body.encode())
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def normal(text):
    """Picture addresses carry a revision of the site."""
    return re.sub(r"(boost\\?/core\\?/)\d+", r"\1N", text)


def compare(recorded, ours, path, problems, loose=()):
    if isinstance(recorded, dict):
        if not isinstance(ours, dict):
            problems.append("%s: an object was recorded, got %r" % (path, ours))
            return
        if list(recorded) != list(ours):
            problems.append("%s: members %s were recorded, got %s" % (path, list(recorded), list(ours)))
            return
        for name in recorded:
            compare(recorded[name], ours[name], path + "." + name, problems, loose)
    elif isinstance(recorded, list):
        if not isinstance(ours, list) or len(recorded) != len(ours):
            problems.append("%s: %d elements were recorded, got %r" % (path, len(recorded), ours if not isinstance(ours, list) else len(ours)))
            return
        for n, (a, b) in enumerate(zip(recorded, ours)):
            compare(a, b, "%s[%d]" % (path, n), problems, loose)
    elif path.rsplit(".", 1)[-1] in TIMES and isinstance(recorded, int) and type(recorded) is type(ours):
        return
    elif path.rsplit(".", 1)[-1] in loose and type(recorded) is type(ours):
        return
    elif isinstance(recorded, str) and isinstance(ours, str):
        if normal(recorded) != normal(ours):
            problems.append("%s: %r was recorded, got %r" % (path, recorded, ours))
    elif type(recorded) is not type(ours) or recorded != ours:
        problems.append("%s: %r was recorded, got %r" % (path, recorded, ours))


def by_id(value):
    """Lists of courses come in no defined order."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and "id" in item for item in value):
        return sorted(value, key=lambda item: item["id"])
    return value


def compare_site_info(recorded, ours, problems, loose):
    """The sandbox offers only what it plays: the shape of `functions` counts, not which there are."""
    if not isinstance(ours, dict) or not ours.get("functions"):
        problems.append("functions: got %r" % ours)
        return
    compare(dict(recorded, functions=recorded["functions"][:5]), dict(ours, functions=ours["functions"][:5]), "$", problems, {"name", "value", *loose})


# Enrolments that other recordings had made or changed before the reports were read.
CHANGED = r"2024|learner(4[5-9]|5[0-9])\b|gift\.new|\"CPR-2Y\", \"SKU-1002\", \"learner(0[4-7]|20)\"|profile\.php\?id=(4[789]|5[0-9])\b"


def compare_report(sandbox, fields, recorded, ours, problems):
    """Rows have no defined order, and some enrolments had been written by other recordings: shape, headers and the size of a page count, and every
    recorded row of the seed's own enrolments must read the same."""
    if "exception" in recorded:
        compare(recorded, ours, "$", problems)
        return
    compare(dict(recorded, data=None), dict(ours, data=None), "$", problems)
    compare(recorded["data"]["headers"], ours["data"]["headers"], "$.data.headers", problems)
    if type(ours["data"]["totalrowcount"]) is not int:
        problems.append("totalrowcount: got %r" % ours["data"]["totalrowcount"])
    asked = [field for field in fields if field[0] not in ("page", "perpage", "wstoken", "moodlewsrestformat", "wsfunction")]
    everything = sandbox.moodle("core_reportbuilder_retrieve_report", ("page", "0"), ("perpage", "1000"), *asked).json()["data"]["rows"]
    known = {json.dumps(row) for row in everything}
    size = int(dict(fields).get("perpage", "10"))
    rows = recorded["data"]["rows"]
    if len(rows) == size and len(ours["data"]["rows"]) != size or not rows and ours["data"]["rows"]:
        problems.append("a page of %d rows was recorded, got %d" % (len(rows), len(ours["data"]["rows"])))
    for row in rows:
        text = json.dumps(row)
        if text not in known and not re.search(CHANGED, text):
            problems.append("recorded row is missing: %s" % json.dumps(row, ensure_ascii=False))


def compare_body(case, recorded, answer, problems, loose):
    function = case.split("/")[0]
    headers = {name.lower(): value for name, value in recorded["headers"].items()}
    if answer.status != recorded["status"]:
        problems.append("status %d was recorded, got %d" % (recorded["status"], answer.status))
    for name in ("content-type", "retry-after"):
        if answer.headers.get(name) != headers.get(name):
            problems.append("%s %r was recorded, got %r" % (name, headers.get(name), answer.headers.get(name)))
    text, body = normal(answer.body.decode("utf-8")), normal(recorded["body"])
    if "json" not in recorded and body != "null":
        if recorded["status"] == 503:
            body, text = body[:15], text[:15]
        elif recorded.get("body_truncated_at_chars") or len(body) > 4000:
            # Of answers that list functions, only the beginning is the same.
            body = body[:420 if "<RESPONSE>" in body or "sitename" in body else 700]
            text = text[:len(body)]
        if text != body:
            problems.append("body %r was recorded, got %r" % (body, text))
        return None
    try:
        ours = json.loads(answer.body)
    except ValueError:
        problems.append("JSON was recorded, got %r" % text[:200])
        return None
    wanted = recorded.get("json")
    if isinstance(wanted, dict) and "siteurl" in wanted:
        compare_site_info(wanted, ours, problems, loose)
    elif function == "core_reportbuilder_retrieve_report":
        return ours
    elif function == "core_course_get_courses":
        compare(by_id(wanted), by_id(ours), "$", problems)
    elif function == "core_user_create_users":
        compare(wanted, ours, "$", problems, {"id"})
    elif function in ("core_user_get_users", "core_user_get_users_by_field"):
        compare(without_preferences(wanted), without_preferences(ours), "$", problems)
    else:
        compare(wanted, ours, "$", problems, loose)
    return None


def without_preferences(value):
    """An account sees its own preferences, which depend on what it did before."""
    if isinstance(value, dict):
        return {name: "preferences" if name == "preferences" else without_preferences(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_preferences(item) for item in value]
    return value


def quoted(names):
    return ", ".join("'%s'" % name.replace("'", "''") for name in names) or "NULL"


def numbers(row, *names):
    return {name: int(value) if name in names and value is not None else value for name, value in row.items()}


def enrolment_rows(sandbox, fields, recorded, start):
    fields = dict(fields)
    course = fields["enrolments[0][courseid]"]
    people = [value for name, value in fields.items() if name.endswith("[userid]")]
    names = [row["username"] for row in recorded]
    rows = sandbox.sql("""
SELECT u.username, e.enrol, ue.status, ue.timestart, ue.timeend, ue.timecreated >= %d AS created_now, ue.timemodified >= %d AS modified_now,
	(SELECT string_agg(r.shortname || ':' || a.component, ',' ORDER BY r.id, a.id DESC) FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid
		JOIN mdl_context x ON x.id = a.contextid WHERE x.contextlevel = 50 AND x.instanceid = e.courseid AND a.userid = u.id) AS roles
FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_user u ON u.id = ue.userid
WHERE e.courseid = %s AND (%s)
ORDER BY u.username, e.enrol""" % (start, start, course, "u.username IN (%s)" % quoted(names) if names else "u.id IN (%s)" % ", ".join(people)))
    return [numbers(row, "status", "timestart", "timeend") for row in rows]


def check_enrolments(sandbox, fields, recorded, start, problems):
    ours = enrolment_rows(sandbox, fields, recorded, start)
    recorded = sorted(recorded, key=lambda row: (row["username"], row["enrol"]))
    if len(ours) != len(recorded):
        problems.append("enrolments %r were recorded, got %r" % (recorded, ours))
        return
    for a, b in zip(recorded, ours):
        for name in ("username", "enrol", "status", "timestart", "timeend"):
            if a[name] != b[name]:
                problems.append("enrolment of %s: %s %r was recorded, got %r" % (a["username"], name, a[name], b[name]))
        if sorted(a["roles"].split(",")) != sorted((b["roles"] or "").split(",")):
            problems.append("roles of %s: %r were recorded, got %r" % (a["username"], a["roles"], b["roles"]))
        # "now" was judged by the recorder within a margin: only what it saw untouched must be untouched.
        if (b["created_now"] == "t") != a["created_now"] or (not a["modified_now"] and b["modified_now"] == "t"):
            problems.append("enrolment of %s: written %r was recorded, got %r" % (a["username"], a, b))


def check_people(sandbox, fields, recorded, problems):
    sent = [value for name, value in fields if name.endswith("[username]")]
    ours = sandbox.sql("""
SELECT username, email, firstname, lastname, idnumber, auth, confirmed, suspended, mnethostid, lang, timezone, city, country,
	password ~ '^\\$' AS has_hash, password = '' AS password_empty, char_length(firstname) AS length
FROM mdl_user WHERE username IN (%s) ORDER BY id""" % quoted([row["username"] for row in recorded if "username" in row] or sent))
    new = [row for row in ours if row["username"] not in ("learner01", "learner02")] if not recorded else ours
    if not recorded:
        if new:
            problems.append("nobody was to be created, got %r" % new)
        return
    order = {row.get("username"): n for n, row in enumerate(recorded)}
    ours.sort(key=lambda row: order.get(row["username"], 0))
    if len(ours) != len(recorded):
        problems.append("people %r were recorded, got %r" % (recorded, ours))
        return
    for a, b in zip(recorded, ours):
        for name, value in a.items():
            got = {"t": True, "f": False}.get(b[name], b[name]) if isinstance(value, bool) else int(b[name]) if isinstance(value, int) else b[name]
            if got != value:
                problems.append("%s of %s: %r was recorded, got %r" % (name, a.get("username"), value, got))


def check_after(sandbox, sent, after, start, problems):
    fields = dict(sent)
    username = fields.get("users[0][username]")
    for what, recorded in after.items():
        if what == "user_enrolments":
            check_enrolments(sandbox, sent, recorded, start, problems)
        elif what == "users":
            check_people(sandbox, sent, recorded, problems)
        elif what == "prefs":
            ours = sandbox.sql("SELECT name FROM mdl_user_preferences p JOIN mdl_user u ON u.id = p.userid WHERE u.username = '%s' ORDER BY name" % username)
            compare([{"name": row["name"]} for row in sorted(recorded, key=lambda row: row["name"])], ours, "preferences", problems)
        elif what == "fields":
            ours = sandbox.sql("SELECT f.shortname, d.data FROM mdl_user_info_data d JOIN mdl_user_info_field f ON f.id = d.fieldid"
                               " JOIN mdl_user u ON u.id = d.userid WHERE u.username = '%s'" % username)
            compare(recorded, ours, "custom fields", problems)
        elif what == "enrolments":
            ours = sandbox.sql("SELECT u.username, e.enrol, ue.status, ue.timestart, ue.timeend FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid"
                               " JOIN mdl_user u ON u.id = ue.userid WHERE e.courseid = %s ORDER BY u.username, e.enrol" % fields["courseid"])
            compare(recorded, [numbers(row, "status", "timestart", "timeend") for row in ours], "enrolments", problems)
        elif what in ("course_completions", "module_completions", "grades"):
            check_counts(sandbox, what, fields, recorded, problems)
        elif what == "members":
            ours = sandbox.sql("SELECT c.idnumber, u.username FROM mdl_cohort_members m JOIN mdl_cohort c ON c.id = m.cohortid JOIN mdl_user u ON u.id = m.userid"
                               " WHERE c.idnumber = 'BUY-1' ORDER BY u.username")
            compare(recorded, [{key: row[key] for key in recorded[0]} for row in ours], "members", problems)
        elif what == "still_member":
            ours = sandbox.sql("SELECT count(*) FROM mdl_cohort_members WHERE cohortid = %s AND userid = %s" % (fields["members[0][cohortid]"], fields["members[0][userid]"]))
            compare(recorded, [numbers(row, "count") for row in ours], "memberships", problems)
        elif what in ("enrolled", "row_at_the_cut"):
            check_bulk(sandbox, what, recorded, problems)
        else:
            problems.append("the recording has rows %r that nobody compares" % what)


def check_counts(sandbox, what, fields, recorded, problems):
    user = fields.get("enrolments[0][userid]", fields.get("userid"))
    course = fields.get("enrolments[0][courseid]", fields.get("courseid"))
    queries = {
        "course_completions": "SELECT timecompleted > 0 AS done FROM mdl_course_completions WHERE userid = %s AND course = %s",
        "module_completions": "SELECT 1 FROM mdl_course_modules_completion c JOIN mdl_course_modules m ON m.id = c.coursemoduleid"
                              " WHERE c.userid = %s AND m.course = %s",
        "grades": "SELECT 1 FROM mdl_grade_grades g JOIN mdl_grade_items i ON i.id = g.itemid WHERE g.userid = %s AND i.courseid = %s",
    }
    rows = sandbox.sql(queries[what] % (user, course))
    want = recorded[0].get("count", len(recorded))
    if len(rows) != want:
        problems.append("%s: %d were recorded, got %d" % (what, want, len(rows)))
    if ("completed" in recorded[0] or recorded[0].get("timecompleted")) and rows and rows[0]["done"] != "t":
        problems.append("%s: a completion was recorded, got none" % what)


def check_bulk(sandbox, what, recorded, problems):
    ours = sandbox.sql("SELECT u.username, ue.timestart, ue.timeend FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid"
                       " JOIN mdl_user u ON u.id = ue.userid WHERE e.courseid = 9 ORDER BY u.username")
    ours = [numbers(row, "timestart", "timeend") for row in ours]
    if what == "enrolled":
        got = {"rows": len(ours), "without_timeend": sum(row["timeend"] == 0 for row in ours), "without_timestart": sum(row["timestart"] == 0 for row in ours)}
        compare(recorded[0], got, "enrolled", problems)
    else:
        compare(recorded[0], next((row for row in ours if row["username"] == recorded[0]["username"]), None), "row at the cut", problems)


def given(recorded, more):
    """What the case finds beyond the seed: the enrolments of its own `db_before` that the seed has not, then what replay.json adds."""
    items = []
    for row in (recorded.get("db_before") or {}).get("user_enrolments") or []:
        if row["enrol"] != "self":
            course = int(dict(recorded["request"]["fields"])["enrolments[0][courseid]"])
            items.append({"enrol": [int(row["username"][-2:]) + 2, course, row["enrol"], row["status"], row["timestart"], row["timeend"]]})
    items = [item for item in more.get("given", []) if isinstance(item, str)] + items + [item for item in more.get("given", []) if not isinstance(item, str)]
    limit = (recorded["request"].get("headers") or {}).get("X-Rig-Miv")
    return items + ([{"set": {"max_input_vars": limit}}] if limit else [])


def replay(sandbox, case, recorded, more):
    problems = []
    fields = fields_of(case, recorded, more)
    answer = send(sandbox, case, recorded["request"], fields)
    report = compare_body(case, recorded["response"], answer, problems, set(more.get("loose", [])))
    if report is not None:
        compare_report(sandbox, fields, recorded["response"]["json"], report, problems)
    # Rows that other recordings had a part in, or that say nothing of the call, are not compared.
    after = {name: rows for name, rows in (recorded.get("db_after") or {}).items() if name not in ("raw", "rows")}
    if case.startswith("core_enrol_get_enrolled_users/only"):
        after = {}
    check_after(sandbox, fields, after, NOW, problems)
    sent = [[mail["Subject"], re.search("<(.*)>", mail["To"]).group(1)] for mail in recorded.get("mails_sent_during_request") or []]
    mails = [[row["subject"], row["recipient"]] for row in sandbox.sql("SELECT subject, recipient FROM sandbox.mail WHERE kind = 'welcome' ORDER BY id")]
    if mails != sent:
        problems.append("mails %r were recorded, got %r" % (sent, mails))
    return problems


def writes(recorded):
    """Might the request change the world? An expired token is deleted when it is used."""
    text = json.dumps(recorded["request"])
    return any(word in text for word in ("enrol_manual", "core_user_create", "core_user_update", "core_cohort_", "TOKEN_EXPIRED"))


# Tested otherwise: a client that gives up is played in faults.py, and two cases differ from others only in their 2,000 rows.
ELSEWHERE = {"_limits/client_abort", "core_enrol_get_enrolled_users/large_2000_all_fields", "core_enrol_get_enrolled_users/large_2000_userfields"}


def main():
    tap = Tap()
    only = sys.argv[1:]
    dirty = False
    with open(os.path.join(FIXTURES, "replay.json"), encoding="utf-8") as file:
        notes = json.load(file)
    with Sandbox("--seed", "contract", "--wwwroot", "https://moodle.example.test") as sandbox:
        sandbox.control("snapshot")
        sandbox.control("clock", now=NOW, frozen=1)
        for path in sorted(glob.glob(os.path.join(FIXTURES, "*", "*.json"))):
            case = os.path.relpath(path, FIXTURES)[:-len(".json")]
            if case in ELSEWHERE or only and not any(word in case for word in only):
                continue
            with open(path, encoding="utf-8") as file:
                recorded = json.load(file)
            more = notes.pop(case, {})
            if dirty:
                sandbox.control("reset")
                sandbox.control("restore")
            items = given(recorded, more)
            dirty = bool(items) or writes(recorded)
            give(sandbox, items)
            tap.case("%s: %s" % (case, recorded["title"]), replay(sandbox, case, recorded, more))
    if not only:
        tap.case("every note in replay.json belongs to a case", sorted(notes))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
