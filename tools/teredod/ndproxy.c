// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery proxy for a native /64, see ndproxy.h.
 *
 * The kernel's own proxy (ip neigh add proxy) needs one entry for each address, and the
 * addresses of clients are not known in advance. A packet socket therefore receives all
 * multicast of the link, and a socket filter passes solicitations for the prefix. Only
 * addresses that a client can have are answered: the provider's router and the host
 * itself can use other addresses of the /64.
 */
#include "ndproxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "readable.h"

#define ICMP_NS		135
#define ICMP_NA		136
#define NS_LEN		(TEREDO_IP6_HLEN + 24)
#define NA_LEN		72		/* with the link-layer address */
#define NA_SOLICITED	0x40
#define OPT_TARGET_LLADDR 2
#define UG_BITS		0x0300		/* U and G bit of the flags, 0 for a client */

/* Interface identifiers that are numbered by hand, such as 1 or 77, decode to mapped
 * addresses in 240.0.0.0/4.
 */
static bool is_client(const struct in6_addr *addr)
{
	struct teredo_endpoint mapped = teredo_mapped(addr);

	return !(teredo_flags(addr) & UG_BITS) && mapped.port &&
	       teredo_ipv4_is_global(mapped.addr) &&
	       ntohl(mapped.addr) < 0xf0000000;
}

/* Do not answer duplicate address detection: a neighbour may use such an address. */
static bool is_solicitation(const u8 *packet, size_t len)
{
	static const u8 unspecified[16];

	return len >= NS_LEN && packet[6] == TEREDO_NEXTHDR_ICMP &&
	       packet[7] == 255 && packet[TEREDO_IP6_HLEN] == ICMP_NS &&
	       !packet[TEREDO_IP6_HLEN + 1] &&
	       memcmp(packet + 8, unspecified, sizeof(unspecified)) &&
	       teredo_nd_options_valid(packet + NS_LEN, len - NS_LEN) &&
	       !teredo_icmp_csum(packet, len);
}

/**
 * ndproxy_target() - validate a neighbour solicitation and get its target
 * @prefix: the /64
 * @packet: packet, beginning with the IPv6 header
 * @len: length of @packet in octets
 * @target: result
 *
 * Return: true if it is valid (RFC 4861 7.1.1) and must be answered.
 */
bool ndproxy_target(const struct in6_addr *prefix, const u8 *packet, size_t len,
		    struct in6_addr *target)
{
	if (len >= TEREDO_IP6_HLEN &&
	    len > TEREDO_IP6_HLEN + (size_t)(packet[4] << 8 | packet[5]))
		len = TEREDO_IP6_HLEN + (packet[4] << 8 | packet[5]);
	if (!is_solicitation(packet, len))
		return false;
	memcpy(target, packet + TEREDO_IP6_HLEN + 8, sizeof(*target));
	return !memcmp(target, prefix, 8) && is_client(target);
}

/**
 * ndproxy_answer() - build the advertisement for a solicitation
 * @answer: result, beginning with the IPv6 header
 * @packet: a solicitation that ndproxy_target() has accepted
 * @mac: Ethernet address to advertise
 *
 * The override flag is 0, as RFC 4861 7.2.8 requires of proxies.
 *
 * Return: length of @answer in octets.
 */
size_t ndproxy_answer(u8 answer[72], const u8 *packet, const u8 mac[6])
{
	u8 *icmp = answer + TEREDO_IP6_HLEN;
	struct in6_addr target, to;
	u16 csum;

	memcpy(&target, packet + TEREDO_IP6_HLEN + 8, sizeof(target));
	memcpy(&to, packet + 8, sizeof(to));
	memset(answer, 0, NA_LEN);
	teredo_build_ip6(answer, TEREDO_NEXTHDR_ICMP, NA_LEN - TEREDO_IP6_HLEN,
			 &target, &to);
	icmp[0] = ICMP_NA;
	icmp[4] = NA_SOLICITED;
	memcpy(icmp + 8, &target, sizeof(target));
	icmp[24] = OPT_TARGET_LLADDR;
	icmp[25] = 1;
	memcpy(icmp + 26, mac, 6);
	csum = teredo_icmp_csum(answer, NA_LEN);
	icmp[2] = csum >> 8;
	icmp[3] = csum;
	return NA_LEN;
}

static bool take_token(struct ndproxy *p)
{
	uint64_t now = uv_now(p->poll.loop), more;

	more = (now - p->filled) * NDPROXY_RATE / 1000;
	if (more) {
		p->filled = now;
		p->tokens = more > NDPROXY_RATE - p->tokens ? NDPROXY_RATE :
							      p->tokens + more;
	}
	if (!p->tokens)
		return false;
	p->tokens--;
	return true;
}

static void take(struct ndproxy *p, const u8 *packet, size_t len,
		 const struct sockaddr_ll *from)
{
	struct in6_addr target;
	u8 answer[NA_LEN];

	if (from->sll_pkttype == PACKET_OUTGOING ||
	    !ndproxy_target(&p->prefix, packet, len, &target) ||
	    !take_token(p))
		return;
	len = ndproxy_answer(answer, packet, p->mac);
	if (sendto(p->fd, answer, len, MSG_DONTWAIT,
		   (const struct sockaddr *)from, sizeof(*from)) > 0)
		p->answered++;
}

/* When the interface goes down, the socket reports an error, and works again later. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct ndproxy *p = poll->data;
	struct sockaddr_ll from;
	socklen_t from_len;
	u8 packet[512];
	ssize_t len;
	int i;

	(void)events;
	readable_resume(poll, status, on_readable);
	for (i = 0; i < 64; i++) {
		from_len = sizeof(from);
		len = recvfrom(p->fd, packet, sizeof(packet), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return;
		take(p, packet, len, &from);
	}
}

/* Offsets count from the IPv6 header, with which packets of a cooked socket begin. */
static int set_filter(int fd, const struct in6_addr *prefix)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TEREDO_NEXTHDR_ICMP, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TEREDO_IP6_HLEN),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_NS, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, TEREDO_IP6_HLEN + 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 ntohl(prefix->s6_addr32[0]), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, TEREDO_IP6_HLEN + 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 ntohl(prefix->s6_addr32[1]), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = ARRAY_SIZE(code),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

/* Attach the filter before the socket is bound, so that no other packet arrives. */
static int set_up(struct ndproxy *p)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = p->ifindex,
	};
	struct packet_mreq mreq = {
		.mr_ifindex = p->ifindex,
		.mr_type = PACKET_MR_ALLMULTI,
	};
	socklen_t len = sizeof(addr);

	if (set_filter(p->fd, &p->prefix) ||
	    bind(p->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(p->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)) ||
	    getsockname(p->fd, (struct sockaddr *)&addr, &len))
		return -errno;
	if (addr.sll_halen != sizeof(p->mac))
		return -EPROTONOSUPPORT;
	memcpy(p->mac, addr.sll_addr, sizeof(p->mac));
	return 0;
}

static int open_socket(struct ndproxy *p)
{
	int ret;

	p->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0)
		return -errno;
	ret = set_up(p);
	if (ret)
		close(p->fd);
	return ret;
}

static void explain(struct ndproxy *p, int err)
{
	char name[IF_NAMESIZE] = "?";

	if_indextoname(p->ifindex, name);
	snprintf(p->error, sizeof(p->error),
		 "cannot answer neighbour discovery on %s: %s%s", name,
		 strerror(err),
		 err == EPERM || err == EAFNOSUPPORT ?
		 " (proxy = yes needs CAP_NET_RAW and packet sockets, see teredo.conf(5))" :
		 "");
}

/**
 * ndproxy_open() - start answering solicitations
 * @p: result
 * @loop: event loop
 * @ifindex: interface index; the link must use Ethernet addresses
 * @prefix: the /64
 *
 * Return: 0 or a negative errno with p->error set.
 */
int ndproxy_open(struct ndproxy *p, uv_loop_t *loop, u32 ifindex,
		 const struct in6_addr *prefix)
{
	int ret;

	p->ifindex = ifindex;
	p->prefix = *prefix;
	p->tokens = NDPROXY_RATE;
	p->filled = uv_now(loop);
	ret = open_socket(p);
	if (ret) {
		explain(p, -ret);
		return ret;
	}
	uv_poll_init(loop, &p->poll, p->fd);
	p->poll.data = p;
	p->open = true;
	return uv_poll_start(&p->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
	(void)handle;
}

/**
 * ndproxy_close() - stop answering solicitations
 * @p: proxy, which can be closed already
 */
void ndproxy_close(struct ndproxy *p)
{
	if (!p->open)
		return;
	uv_poll_stop(&p->poll);
	uv_close((uv_handle_t *)&p->poll, on_closed);
	close(p->fd);
	p->open = false;
}
