package RT::Action::HuiyinEvent;

# The scrip's action: tells Huiyin at once what the transactions of this update mean to the citizen. It runs after the
# whole update (stage TransactionBatch), when reply, status and queue are all known. What the gateway does not take now
# is said again by resend.pl; the update itself is never refused for it.

use strict;
use warnings;
use base 'RT::Action';

use Huiyin::Events ();

sub Prepare {
    my $self = shift;
    my %fresh = map { ( 'rt:' . $_->id ) => 1 } @{ $self->TicketObj->TransactionBatch || [] };
    my $ticket = RT::Ticket->new( RT->SystemUser );
    $ticket->Load( $self->TicketObj->id );
    $self->{events} = [ grep { $fresh{ $_->{id} } } Huiyin::Events::of_ticket($ticket) ];
    return scalar @{ $self->{events} };
}

sub Commit {
    my $self = shift;
    Huiyin::Events::post($_) for @{ $self->{events} };
    return 1;
}

1;
