#!/usr/bin/perl
# Says again what the gateway may have missed while it was away: the events of all tickets of Huiyin that changed in
# the last hours. The gateway knows what it has by id and answers 2xx, so nothing is told twice. For cron:
#   */10 * * * * www-data perl /usr/local/share/request-tracker5/resend.pl --hours 2
# A ticket waits behind an event that is not taken; the others go on, unless it is several that are not. Then, too, it
# ends with 1, and the next run begins anew.

use v5.20;
use warnings;

use FindBin qw($Bin);
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib', "$Bin/lib";

use Getopt::Long qw(GetOptions);
use RT -init;
use Huiyin::Events ();

use constant MOST_FAILED => 5;    # each may last as long as a request
use constant HOUR        => 3600;

my $hours = 2;
GetOptions( 'hours=f' => \$hours ) or die "usage: resend.pl [--hours N]\n";

my $since = RT::Date->new( RT->SystemUser );
$since->Set( Format => 'unix', Value => time - int( $hours * HOUR ) );
my $begin = $since->W3CDTF( Timezone => 'UTC' );

# A search reads a time as one of its user's own zone, and of one that names its zone ("…T10:30:12Z") the day only. An
# hour earlier, as a time in the user's zone is said twice when the clocks go back; the events are chosen below.
$since->AddSeconds( -(HOUR) );
my $tickets = RT::Tickets->new( RT->SystemUser );
$tickets->{allow_deleted_search} = 1;
$tickets->FromSQL( sprintf q{LastUpdated >= '%s' AND 'CF.{wo_ref}' IS NOT NULL}, $since->ISO( Timezone => 'user' ) );

my $failed = 0;
while ( my $ticket = $tickets->Next ) {
    my @events = grep { $_->{time} ge $begin } Huiyin::Events::of_ticket($ticket);
    my $taken = 1;
    $taken = Huiyin::Events::post( shift @events ) while $taken && @events;
    $failed++ unless $taken;
    last if $failed == MOST_FAILED;
}
exit( $failed ? 1 : 0 );
