#!/usr/bin/perl
# A long way between two network namespaces. Node cannot make a TUN device, and not every kernel has netem.
#
# slow-link.pl MS PID ADDRESS PID ADDRESS: gives the network of each process a device "slow" with its address, from which
# IPv4 packets come out at the other MS milliseconds later. Each has a way for IPv6 as well, which leads nowhere and says
# nothing of it. Prints "ready"; ends with its standard input.
use strict;
use warnings;

my ($delay_ms, @ends) = @ARGV;
my $MAX_WAITING = 10_000;
my $TUNSETIFF = 0x400454ca;
my $TUN_WITHOUT_HEADER = 0x1001;

# Seconds of a clock that nobody sets, in steps of 10 ms. (What tells it finer is not everywhere where perl is.)
sub seconds {
  open my $uptime, '<', '/proc/uptime' or die "/proc/uptime: $!\n";
  return (split ' ', <$uptime>)[0];
}

sub run { system(@_) == 0 or die "@_ failed\n" }

my @devices;
for my $end (0, 1) {
  my ($pid, $own, $other) = ($ends[2 * $end], $ends[2 * $end + 1], $ends[3 - 2 * $end]);
  my $name = "slow$end-$$";
  open my $device, '+<', '/dev/net/tun' or die "/dev/net/tun: $!\n";
  ioctl $device, $TUNSETIFF, pack('a16 S x22', $name, $TUN_WITHOUT_HEADER) or die "TUNSETIFF: $!\n";
  # The device moves, and this process keeps its other end.
  run('ip', 'link', 'set', $name, 'netns', $pid);
  my @within = ('nsenter', '--target', $pid, '--net', '--', 'ip');
  run(@within, 'link', 'set', $name, 'name', 'slow');
  run(@within, 'link', 'set', 'lo', 'up');
  run(@within, 'addr', 'add', "$own/32", 'peer', $other, 'dev', 'slow');
  run(@within, 'link', 'set', 'slow', 'up');
  run(@within, '-6', 'addr', 'add', '2a00:77::' . ($end + 1) . '/64', 'dev', 'slow', 'nodad');
  run(@within, '-6', 'route', 'add', 'default', 'dev', 'slow');
  push @devices, $device;
}
$| = 1;
print "ready\n";

# First in, first out: all wait for the same time.
my @waiting;
while (1) {
  my $now = seconds();
  while (@waiting && $waiting[0][0] <= $now) {
    my (undef, $to, $packet) = @{shift @waiting};
    syswrite $to, $packet;
  }
  my $readable = '';
  vec($readable, fileno $_, 1) = 1 for @devices, *STDIN;
  select $readable, undef, undef, @waiting ? $waiting[0][0] - $now : undef;
  exit if vec $readable, fileno STDIN, 1;
  for my $from (0, 1) {
    next unless vec $readable, fileno $devices[$from], 1;
    my $read = sysread $devices[$from], my $packet, 65_536;
    next unless $read && ord($packet) >> 4 == 4 && @waiting < $MAX_WAITING;
    push @waiting, [seconds() + $delay_ms / 1000, $devices[1 - $from], $packet];
  }
}
