// SPDX-License-Identifier: GPL-2.0
/*
 * teredo(8): show and control Teredo devices.
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/**
 * struct command - a command of teredo
 * @name: its name
 * @run: called with the arguments that are no options, followed by the options
 * @options: options of the command, separated by blanks; a final = marks an option
 *	with a value
 * @help: its text in "teredo help"
 */
struct command {
	const char *name;
	cli_command *run;
	const char *options;
	const char *help;
};

static const struct command commands[] = {
	{ "show", cmd_show, "",
"  show [DEV]                       state of devices; the default\n" },
	{ "set", cmd_set, "",
"  set DEV KEY VALUE...             change a device that runs:\n"
"      server A[/B[:PORT]]          a client: use another server\n"
"      announce on|off              a server or relay: drain it with off\n"
"      rate N                       ... datagrams per second to one address\n"
"      direct on|off                ... send direct bubbles, too\n"
"      gateway on|off               a server: the relay of its own clients\n"
"      client-rate N                ... packets per second for each of them\n"
"      symmetric on|off             any: symmetric NATs\n"
"      preserving sequential        a client, on|off: random ports\n"
"      solicit hairpin local-discovery burst\n"
"                                   a client, on|off: ways to find peers\n"
"      fwmark N, ttl N|auto, tos N|inherit, max-peers N, udp-checksum on|off\n"
"                                   any\n" },
	{ "peer", cmd_peer, "",
"  peer show DEV                    peers of a device\n"
"  peer add DEV ADDR [remote A:P]   open the path to a peer\n"
"  peer del DEV ADDR                forget a peer\n"
"  peer flush DEV                   forget all peers\n" },
	{ "stats", cmd_stats, "-w --watch --interval= --count= --prometheus",
"  stats [DEV]                      counters\n"
"      -w [--interval S] [--count N]     again and again, and what they do in a\n"
"                                        second\n"
"      --prometheus                      for the textfile collector of its node\n"
"                                        exporter\n" },
	{ "monitor", cmd_monitor, "",
"  monitor [DEV]                    print changes as they happen\n" },
	{ "wait", cmd_wait, "--timeout=",
"  wait DEV [--timeout S]           until the device has an address\n" },
	{ "up", cmd_up, "--config= --server= --save",
"  up [NAME] --server A[/B[:PORT]] [--save | --config FILE]\n"
"                                   start teredod for a client of this server; NAME\n"
"                                   is teredo0 if none is given. --save also writes\n"
"                                   /etc/teredo/NAME.conf\n"
"  up [NAME] [--config FILE]        start teredod, which makes the device as FILE\n"
"                                   says, /etc/teredo/NAME.conf without --config\n" },
	{ "down", cmd_down, "",
"  down NAME                        stop teredod and delete the device\n" },
	{ "qualify", cmd_qualify, "--server= --port= --timeout= --verify=",
"  qualify --server A[/B[:PORT]] [--port N] [--timeout S] [--verify HOST]\n"
"                                   test whether Teredo works here and whether a\n"
"                                   native host is reached; needs no module\n" },
	{ "probe", cmd_probe, "--config= --ping= --timeout=",
"  probe [SERVER...] [--config FILE] [--ping HOST] [--timeout S]\n"
"                                   compare servers, or those of a configuration\n" },
	{ "decode", cmd_decode, "",
"  decode ADDR|HEX                  decode an address or a UDP payload\n" },
	{ "import", cmd_import, "--name= --save",
"  import [FILE] [--name NAME] [--save]\n"
"                                   print a configuration made from Miredo's,\n"
"                                   /etc/miredo.conf if none is given, or write it\n"
"                                   to /etc/teredo/NAME.conf\n" },
	{ "checkconf", cmd_checkconf, "",
"  checkconf FILE                   find errors in a configuration\n" },
};

static const char usage[] =
"Usage: teredo [OPTION]... [COMMAND] [ARGUMENT]...\n"
"\n";

static const char more_usage[] =
"  help [COMMAND]                   print this help, or that of a command\n"
"\n";

/* options of all commands, allowed before or after the command */
static const char options_usage[] =
"  -j, --json    print JSON\n"
"  -p, --pretty  ... with line breaks\n"
"  --color=auto|always|never\n"
"  -V, --version print the version\n"
"  -h, --help    print this help, or behind a command that of the command\n";

static const char exit_usage[] =
"\n"
"Exit status: 0 all is well, 1 wrong usage or another error, 2 the kernel\n"
"refused, 3 the device is not qualified or has no daemon.\n";

static bool set_color(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (!strcmp(when, "always"))
		cli.color = true;
	else if (!strcmp(when, "never"))
		cli.color = false;
	else if (!strcmp(when, "auto"))
		cli.color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	else
		return false;
	return true;
}

/* @cmd is NULL for the help of all commands. */
static int print_help(const struct command *cmd)
{
	size_t i;

	fputs(usage, stdout);
	if (cmd)
		printf("%s\n", cmd->help);
	for (i = 0; !cmd && i < ARRAY_SIZE(commands); i++)
		fputs(commands[i].help, stdout);
	if (!cmd)
		fputs(more_usage, stdout);
	fputs(options_usage, stdout);
	if (!cmd)
		fputs(exit_usage, stdout);
	return CLI_OK;
}

/* Parse an option that all commands have. *known is false for any other option.
 * Return: -1 to continue, or the exit status.
 */
static int common_option(const struct command *cmd, const char *arg, bool *known)
{
	bool pretty;

	*known = true;
	if (!strcmp(arg, "-h") || !strcmp(arg, "--help"))
		return print_help(cmd);
	if (!strcmp(arg, "-V") || !strcmp(arg, "--version")) {
		printf("teredo %s\n", TEREDO_VERSION);
		return CLI_OK;
	}
	if (!strncmp(arg, "--color=", 8))
		return set_color(arg + 8) ? -1 :
		       cli_error("%s: auto, always or never", arg);
	pretty = !strcmp(arg, "-p") || !strcmp(arg, "--pretty") ||
		 !strcmp(arg, "-jp") || !strcmp(arg, "-pj");
	*known = pretty || !strcmp(arg, "-j") || !strcmp(arg, "--json");
	cli.pretty |= pretty;
	cli.json |= *known;
	return -1;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Find @arg, which can be OPTION=VALUE, in the options of a command.
 * Return: its entry, NULL if the command has no such option.
 */
static const char *own_option(const struct command *cmd, const char *arg)
{
	size_t len = strcspn(arg, "=");
	const char *option = cmd->options;

	while (*option) {
		if (strcspn(option, "= ") == len && !strncmp(option, arg, len) &&
		    (!arg[len] || option[len] == '='))
			return option;
		option += strcspn(option, " ");
		option += strspn(option, " ");
	}
	return NULL;
}

/**
 * struct arguments - sorted arguments of a command
 * @words: arguments that are no options
 * @n_words: number of entries in @words
 * @options: options and their values
 * @n_options: number of entries in @options
 */
struct arguments {
	char **words;
	int n_words;
	char **options;
	int n_options;
};

static bool is_option(const char *arg)
{
	/* a negative number is a value, though never a valid one */
	return arg[0] == '-' && arg[1] && !(arg[1] >= '0' && arg[1] <= '9');
}

/* Return: number of arguments consumed, 0 after an error */
static int add_option(struct arguments *args, const struct command *cmd,
		      int argc, char **argv)
{
	const char *option = own_option(cmd, argv[0]);
	char *value = strchr(argv[0], '=');
	bool takes_value;

	if (!option) {
		cli_error("teredo %s has no option %s (try: teredo %s --help)",
			  cmd->name, argv[0], cmd->name);
		return 0;
	}
	takes_value = option[strcspn(option, "= ")] == '=';
	if (takes_value && !value && argc < 2) {
		cli_error("%s: the value is missing (try: teredo %s --help)",
			  argv[0], cmd->name);
		return 0;
	}
	args->options[args->n_options++] = argv[0];
	if (!takes_value)
		return 1;
	if (value)
		*value++ = '\0';
	args->options[args->n_options++] = value ? value : argv[1];
	return value ? 1 : 2;
}

/* Return: -1 to continue, or the exit status */
static int sort_arguments(struct arguments *args, const struct command *cmd,
			  int argc, char **argv)
{
	bool known;
	int used, ret;

	for (; argc; argc -= used, argv += used) {
		used = 1;
		if (!strcmp(argv[0], "--")) {
			while (--argc)
				args->words[args->n_words++] = *++argv;
			break;
		}
		if (!is_option(argv[0])) {
			args->words[args->n_words++] = argv[0];
			continue;
		}
		ret = common_option(cmd, argv[0], &known);
		if (ret >= 0)
			return ret;
		if (known)
			continue;
		used = add_option(args, cmd, argc, argv);
		if (!used)
			return CLI_ERROR;
	}
	return -1;
}

static int run(const struct command *cmd, int argc, char **argv)
{
	/* OPTION=VALUE becomes two entries */
	char **space = calloc(4 * argc + 1, sizeof(*space));
	struct arguments args = { .words = space };
	int ret;

	if (!space)
		return cli_error("%s", strerror(errno));
	args.options = space + 2 * argc;
	ret = sort_arguments(&args, cmd, argc, argv);
	if (ret < 0) {
		memmove(args.words + args.n_words, args.options,
			args.n_options * sizeof(*args.options));
		ret = cmd->run(args.n_words + args.n_options, args.words);
	}
	free(space);
	return ret;
}

static int run_command(int argc, char **argv)
{
	const struct command *cmd;
	bool help;

	if (!argc)
		return cmd_show(0, argv);
	help = !strcmp(argv[0], "help");
	if (help && argc == 1)
		return print_help(NULL);
	cmd = find_command(argv[help]);
	if (!cmd)
		return cli_error("unknown command %s (try: teredo help)",
				 argv[help]);
	return help ? print_help(cmd) : run(cmd, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	bool known;
	int ret, i;

	log_init(false);
	set_color("auto");
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		ret = common_option(NULL, argv[i], &known);
		if (!known)
			ret = cli_error("unknown option %s (try: teredo help)",
					argv[i]);
		if (ret >= 0)
			return ret;
	}
	ret = run_command(argc - i, argv + i);
	if (fflush(stdout) || ferror(stdout))
		return cli_error("cannot write: %s", strerror(errno));
	return ret;
}
