#!/usr/bin/perl
# Says again what the gateway may have missed while it was away: the events of all tickets of Huiyin that changed in
# the last hours. The gateway knows what it has by id and answers 2xx, so nothing is told twice. For cron:
#   */10 * * * * www-data perl /usr/local/share/request-tracker5/resend.pl --hours 2
# Ends with 1 at the first event that is not taken.

use v5.20;
use warnings;

use FindBin qw($Bin);
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib', "$Bin/lib";

use Getopt::Long qw(GetOptions);
use RT -init;
use Huiyin::Events ();

my $hours = 2;
GetOptions( 'hours=f' => \$hours ) or die "usage: resend.pl [--hours N]\n";

my $since = RT::Date->new( RT->SystemUser );
$since->Set( Format => 'unix', Value => time - int( $hours * 3600 ) );

my $tickets = RT::Tickets->new( RT->SystemUser );
$tickets->FromSQL( sprintf q{LastUpdated >= '%s' AND 'CF.{wo_ref}' IS NOT NULL}, $since->ISO );

while ( my $ticket = $tickets->Next ) {
    for my $event ( Huiyin::Events::of_ticket($ticket) ) {
        next if $event->{time} lt $since->W3CDTF( Timezone => 'UTC' );
        Huiyin::Events::post($event) or exit 1;
    }
}
