// SPDX-License-Identifier: GPL-2.0
/* Compute rates of counters from two readings. */
#include "rates.h"

#include <string.h>

static json_t *find(json_t *devices, const char *name)
{
	json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
		if (!strcmp(json_string_value(json_object_get(device, "ifname")),
			    name))
			return device;
	return NULL;
}

/* The counters of a recreated device start at 0 again: report no rate. */
static double rate(json_t *before, json_t *now, double seconds)
{
	json_int_t value = json_integer_value(now);
	json_int_t old = json_integer_value(before);

	if (!before || old > value || seconds <= 0)
		return 0;
	return (value - old) / seconds;
}

static json_t *make_device(json_t *before, json_t *now, double seconds)
{
	json_t *counters = json_object_get(now, "counters");
	json_t *rates = json_object();
	const char *name;
	json_t *value;

	before = json_object_get(before, "counters");
	json_object_foreach(counters, name, value)
		json_object_set_new(rates, name,
				    json_pack("{s:O,s:f}", "value", value, "rate",
					      rate(json_object_get(before, name),
						   value, seconds)));
	return json_pack("{s:O,s:f,s:o}",
			 "ifname", json_object_get(now, "ifname"),
			 "seconds", seconds, "counters", rates);
}

/**
 * rates_make() - compare two readings
 * @before: array of devices with counters
 * @now: array of devices with counters, read later
 * @seconds: time between the readings
 *
 * Return: array of the devices in @now, whose counters have "value" and "rate" (per
 * second).
 */
json_t *rates_make(json_t *before, json_t *now, double seconds)
{
	json_t *result = json_array();
	json_t *device;
	size_t i;

	json_array_foreach(now, i, device)
		json_array_append_new(result,
				      make_device(find(before,
						       json_string_value(json_object_get(device, "ifname"))),
						  device, seconds));
	return result;
}
