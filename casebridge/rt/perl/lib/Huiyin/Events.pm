package Huiyin::Events;

# What a ticket's history tells the citizen, as signed case events (see casebridge/README.md of Huiyin).
#
# The history is read from its beginning each time, so the scrip that speaks at once and resend.pl that speaks later
# find the same events with the same ids. An event's id and seq are RT's own number of the transaction that decides it.

use v5.20;
use utf8;
use warnings;

use Digest::SHA qw(hmac_sha256);
use JSON ();
use LWP::UserAgent ();
use MIME::Base64 qw(decode_base64 encode_base64);

use constant TOGETHER_S => 2;       # an update takes that long on a slow day
use constant MOST_WORDS => 4000;
use constant TIMEOUT_S  => 5;       # whoever saves the ticket waits for the gateway this long at most

my %ENDS = ( rejected => 'case.rejected', deleted => 'case.cancelled' );    # any other end is a closure

# --- what happened --------------------------------------------------------------------------------------------

# The events of a ticket so far, oldest first; none for a ticket that Huiyin did not file.
sub of_ticket {
    my ($ticket) = @_;
    my $reference = $ticket->FirstCustomFieldValue('wo_ref') or return;
    my $case = { ticket => $ticket, round => 0, status => '', accepted => 0, intake => undef, waiting => _waiting() };
    return map { _event( $case, $reference, $_ ) } _groups($ticket);
}

sub _waiting {
    my @names = grep { defined } RT->Config->Get('HuiyinWaiting');
    return { map { $_ => 1 } @names ? @names : 'stalled' };
}

# A reply, and the changes of the same update, which RT writes after it as transactions of their own; what RT adds to a
# person's reply (it opens the ticket) is part of it. Any other change stands alone.
sub _groups {
    my ($ticket) = @_;
    my $transactions = $ticket->Transactions;
    $transactions->OrderByCols( { FIELD => 'id', ORDER => 'ASC' } );
    my @groups;
    while ( my $one = $transactions->Next ) {
        next if $one->Type =~ /EmailRecord$/;
        push @groups, { txns => [], ours => _ours($one) } unless @groups && _continues( $groups[-1], $one );
        push @{ $groups[-1]{txns} }, $one;
    }
    return @groups;
}

sub _continues {
    my ( $group, $one ) = @_;
    my ( $first, $last ) = @{ $group->{txns} }[ 0, -1 ];
    return
           $first->Type eq 'Correspond'
        && $one->Type ne 'Correspond'
        && $group->{ours} == _ours($one)
        && $one->CreatedObj->Unix - $last->CreatedObj->Unix <= TOGETHER_S;
}

sub _by_rt { return $_[0]->Creator == RT->SystemUser->id }
sub _ours { return $_[0]->CreatorObj->Name eq ( RT->Config->Get('HuiyinUser') || 'huiyin' ) ? 1 : 0 }

# Moves the case on by one group; its event, if the citizen is to hear of it. Our own user's acts are known already.
sub _event {
    my ( $case, $reference, $group ) = @_;
    my @txns   = @{ $group->{txns} };
    my %change = map { _change( $case, $_ ) } @txns;
    return if $group->{ours};
    my $type = _type( $case, \%change ) or return;
    $case->{accepted} = 1;
    my ($decides) = ( ( grep { !_by_rt($_) } reverse @txns ), $txns[-1] );
    my %data = ( round => $case->{round} );
    $data{status}     = $case->{status}     if $case->{status};
    $data{reply}      = $change{text}       if length( $change{text} // '' );
    $data{department} = $change{department} if defined $change{department};
    return {
        id => 'rt:' . $decides->id, type => $type, time => $decides->CreatedObj->W3CDTF( Timezone => 'UTC' ),
        source => 'rt', subject => $reference, seq => $decides->id + 0, data => \%data,
    };
}

# What one transaction changed, as pairs; the case remembers it.
sub _change {
    my ( $case, $one ) = @_;
    my ( $type, $field ) = ( $one->Type, $one->Field // '' );
    if ( $type eq 'Status' ) {
        $case->{status} = $one->NewValue;
        return ( was => $one->OldValue, status => $one->NewValue );
    }
    elsif ( $type eq 'Correspond' ) {
        return ( text => _words($one) );
    }
    elsif ( $field eq 'Queue' ) {
        $case->{intake} //= $one->OldValue;
        return if $one->NewValue == $case->{intake};
        my $queue = RT::Queue->new( RT->SystemUser );
        $queue->Load( $one->NewValue );
        return ( department => $queue->Name );
    }
    elsif ( $field eq 'Owner' ) {
        return ( taken => 1 ) if $one->NewValue != RT->Nobody->id;
    }
    elsif ( $type eq 'CustomField' && _is_round($one) ) {
        @$case{qw(round accepted)} = ( ( $one->NewValue // 0 ) + 0, 0 );
    }
    return;
}

sub _is_round {
    my ($one) = @_;
    my $field = RT::CustomField->new( RT->SystemUser );
    $field->Load( $one->Field );
    return ( $field->Name // '' ) eq 'wo_round';
}

# The first that holds.
sub _type {
    my ( $case, $change ) = @_;
    my $life = $case->{ticket}->LifecycleObj;
    if ( my $now = $change->{status} ) {
        return $ENDS{$now} // 'case.closed' if $life->IsInactive($now);
        return 'case.reopened' if $life->IsInactive( $change->{was} );
    }
    return 'case.dispatched' if defined $change->{department};
    return $case->{waiting}{ $case->{status} } ? 'case.question' : 'case.progress' if length( $change->{text} // '' );
    return if $case->{accepted};
    return 'case.accepted' if $change->{taken} || $life->IsActive( $change->{status} // '' );
    return;
}

# A reply as the citizen reads it: without what it quotes and without the signature.
sub _words {
    my ($one) = @_;
    return '' unless $one->ContentObj;    # RT has a sentence for that, in English
    my $text = $one->Content( Type => 'text/plain' );
    $text =~ s/\r\n?/\n/g;
    $text =~ s/\n-- \n.*\z//s;
    $text =~ s/^[^\n]*\d[^\n]*[:：]\n(?=>)//mg;    # "On …, … wrote:", in whatever language
    $text =~ s/^>.*\n?//mg;
    $text =~ s/\A\s+|\s+\z//g;
    return substr $text, 0, MOST_WORDS;
}

# --- saying it ------------------------------------------------------------------------------------------------

# Whether the gateway has it; a line in RT's log says why not. It holds no word of the case.
sub post {
    my ($event) = @_;
    my $url = RT->Config->Get('HuiyinEventsURL') or return _failed( $event, 'HuiyinEventsURL is not set' );
    my $key = _key() or return _failed( $event, 'no secret in HuiyinSecretFile' );
    my $body = JSON->new->utf8->canonical->encode($event);
    my $agent = LWP::UserAgent->new( timeout => TIMEOUT_S, max_redirect => 0, agent => 'huiyin-rt' );
    my $answer = $agent->post(
        $url,
        'Content-Type' => 'application/json',
        signed( $event->{id}, time, $body, $key ),
        Content => $body,
    );
    return 1 if $answer->is_success;
    return _failed( $event, $answer->code );
}

# The three headers of Standard Webhooks.
sub signed {
    my ( $id, $at, $body, $key ) = @_;
    my $signature = encode_base64( hmac_sha256( "$id.$at.$body", $key ), '' );
    return ( 'webhook-id' => $id, 'webhook-timestamp' => $at, 'webhook-signature' => "v1,$signature" );
}

# The file has one line: whsec_ and the key in base64, of 24 bytes or more.
sub _key {
    my $file = RT->Config->Get('HuiyinSecretFile') or return;
    open my $handle, '<', $file or return;
    my $line = <$handle> // '';
    close $handle;
    my ($coded) = $line =~ m{\Awhsec_([A-Za-z0-9+/]+=*)\s*\z} or return;
    my $key = decode_base64($coded);
    return length $key >= 24 ? $key : undef;
}

sub _failed {
    my ( $event, $why ) = @_;
    RT->Logger->error("huiyin: event $event->{id} was not taken: $why");
    return 0;
}

1;
