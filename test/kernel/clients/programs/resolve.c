/* Looks a name up as most programs of C do, prints its addresses, connects to the first and prints what it says. */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found, *each;
	char text[256];
	ssize_t size;

	if (count != 3)
		return 2;
	int fault = getaddrinfo(arguments[1], arguments[2], &wanted, &found);
	if (fault != 0) {
		fprintf(stderr, "%s: %s\n", arguments[1], gai_strerror(fault));
		return 1;
	}
	for (each = found; each != NULL; each = each->ai_next) {
		getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
		printf("%s\n", text);
	}
	fflush(stdout);
	int connection = socket(found->ai_family, SOCK_STREAM, 0);
	if (connect(connection, found->ai_addr, found->ai_addrlen) != 0) {
		perror(arguments[1]);
		return 1;
	}
	while ((size = read(connection, text, sizeof text)) > 0)
		write(1, text, size);
	if (size < 0)
		perror(arguments[1]);
	return size < 0;
}
