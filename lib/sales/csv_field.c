/* What else a file says of its orders and their lines, in columns that the settings name. */
#include "base/text.h"
#include "csv_source.h"
#include "sales/field.h"

/* Do rows after the first one say something else? Cells that exports leave empty there repeat it. */
static bool
differs(const struct csv_reading *reading, size_t at)
{
	const char *first = text_trim(reading->arena, reading->rows[0].cells[at]), *other;
	size_t i;

	for (i = 1; i < reading->row_count; i++) {
		other = text_trim(reading->arena, reading->rows[i].cells[at]);
		if (other[0] != '\0' && !text_equal(first, other))
			return true;
	}
	return false;
}

void
csv_fields_begin(struct csv_reading *reading)
{
	const struct csv_columns *columns = reading->columns;
	size_t i;

	reading->by_line = ARENA_ARRAY(reading->arena, columns->field_count, bool);
	for (i = 0; i < columns->field_count; i++)
		reading->by_line[i] = columns->fields[i].of_line || differs(reading, columns->fields[i].at);
}

void
csv_fields_line(struct csv_reading *reading, struct sales_line *line)
{
	const struct csv_columns *columns = reading->columns;
	size_t i;

	for (i = 0; i < columns->field_count; i++)
		if (reading->by_line[i])
			sales_field(reading->arena, reading->source->config, &line->fields, columns->fields[i].label,
			    reading->row->cells[columns->fields[i].at]);
}

void
csv_fields_document(struct csv_reading *reading)
{
	const struct config_source *config = reading->source->config;
	const struct csv_columns *columns = reading->columns;
	struct sales_fields *fields = &reading->document.fields;
	size_t i;

	sales_field(reading->arena, config, fields, "company", csv_get(reading, CSV_COMPANY));
	sales_field(reading->arena, config, fields, "tax_id", csv_get(reading, CSV_TAX_ID));
	for (i = 0; i < columns->field_count; i++)
		if (!reading->by_line[i])
			sales_field(reading->arena, config, fields, columns->fields[i].label,
			    reading->rows[0].cells[columns->fields[i].at]);
}
