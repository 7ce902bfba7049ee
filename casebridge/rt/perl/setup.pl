#!/usr/bin/perl
# Prepares a Request Tracker 5 for Huiyin: queues, custom fields, the user that files with its token, the signed scrip.
# It may run as often as you like; what is there stays as it is.
#
#   perl setup.pl --queue hotline --department postal=邮政管理局 --department water=水务局 --token-file /root/rt.token
#
# --queue        where work orders arrive; --department  a queue to which they may be moved, by the city's code of it
# --user         the user that files (huiyin); --token-file  where its token goes, with mode 0600

use v5.20;
use utf8;
use warnings;

use FindBin qw($Bin);
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib', "$Bin/lib";

use Encode qw(decode_utf8);
use Getopt::Long qw(GetOptions);
use RT -init;

# Of a ticket. Those of all queues stay with the ticket wherever somebody moves it; events and look-up need them.
my @EVERYWHERE = (
    [ wo_ref   => '工单编号 work order' ],
    [ wo_round => '退回重办轮次 round of rework' ],
);
my @OF_OUR_QUEUES = (
    [ wo_template     => '诉求模板 complaint template' ],
    [ wo_type         => '诉求类型 type of appeal' ],
    [ wo_category     => '问题分类 category' ],
    [ wo_district     => '行政区划 district' ],
    [ wo_place        => '事发地址 place' ],
    [ wo_channel      => '来源渠道 channel' ],
    [ wo_language     => '诉求语言 language' ],
    [ wo_confidential => '是否保密 confidential' ],
    [ wo_contacted    => '评价：是否联系 contacted' ],
    [ wo_resolved     => '评价：是否解决 resolved' ],
    [ wo_satisfaction => '评价：满意度 satisfaction' ],
);

# Of a transaction: the operation that made it, so that it can be looked up.
my @OF_TRANSACTIONS = ( [ wo_key => '网关操作 operation of Huiyin' ] );

my @RIGHTS = qw(
    SeeQueue CreateTicket ShowTicket ShowTicketComments ReplyToTicket CommentOnTicket ModifyTicket
    SeeCustomField ModifyCustomField SetInitialCustomField
);

sub main {
    my ( $queue, %department, $token_file );
    my $name = 'huiyin';
    GetOptions(
        'queue=s' => \$queue, 'department=s' => \%department, 'user=s' => \$name, 'token-file=s' => \$token_file,
    ) or die "see the head of this file\n";
    die "--queue: where work orders arrive\n" unless $queue;

    my @queues = ( queue($queue, 'Huiyin'), map { queue( $_, decode_utf8( $department{$_} ) ) } sort keys %department );
    my $tickets = RT::Ticket->CustomFieldLookupType;
    applied( field( $tickets, @$_ ), RT::Queue->new( RT->SystemUser ) ) for @EVERYWHERE;
    applied( field( RT::Transaction->CustomFieldLookupType, @$_ ), RT::Queue->new( RT->SystemUser ) )
        for @OF_TRANSACTIONS;
    for my $each (@OF_OUR_QUEUES) {
        my $field = field( $tickets, @$each );
        applied( $field, $_ ) for @queues;
    }
    my $user = user($name);
    granted( $user, @queues );
    token( $user, $token_file ) if $token_file;
    scrip();
}

# The first of RT's answers is true when all went well, the second says why not.
sub done {
    my ( $what, $ok, $why ) = @_;
    die "$what: $why\n" unless $ok;
    say $what;
}

sub queue {
    my ( $name, $description ) = @_;
    my $queue = RT::Queue->new( RT->SystemUser );
    $queue->Load($name);
    done( "queue $name", $queue->Create( Name => $name, Description => $description ) ) unless $queue->id;
    return $queue;
}

sub field {
    my ( $lookup, $name, $description ) = @_;
    my $field = RT::CustomField->new( RT->SystemUser );
    $field->LoadByCols( Name => $name, LookupType => $lookup );
    done(
        "custom field $name",
        $field->Create( Name => $name, Description => $description, Type => 'FreeformSingle', LookupType => $lookup ),
    ) unless $field->id;
    return $field;
}

# Queue 0 stands for all.
sub applied {
    my ( $field, $queue ) = @_;
    return if $field->IsGlobal || $field->IsAdded( $queue->id // 0 );
    done( $field->Name . ' for ' . ( $queue->Name // 'all queues' ), $field->AddToObject($queue) );
}

sub user {
    my ($name) = @_;
    my $user = RT::User->new( RT->SystemUser );
    $user->Load($name);
    done( "user $name", $user->Create( Name => $name, RealName => 'Huiyin', Privileged => 1 ) ) unless $user->id;
    return $user;
}

sub granted {
    my ( $user, @queues ) = @_;
    for my $queue (@queues) {
        for my $right ( grep { !$user->PrincipalObj->HasRight( Right => $_, Object => $queue ) } @RIGHTS ) {
            done( "$right in " . $queue->Name, $user->PrincipalObj->GrantRight( Right => $right, Object => $queue ) );
        }
    }
}

# RT shows a token once; a file that holds one is left alone.
sub token {
    my ( $user, $file ) = @_;
    return if -s $file;
    my $token = RT::AuthToken->new( RT->SystemUser );
    my ( $ok, $why, $secret ) = $token->Create( Owner => $user->id, Description => 'Huiyin' );
    done( "token of " . $user->Name, $ok, $why );
    umask 0077;
    open my $handle, '>', $file or die "$file: $!\n";
    print $handle "$secret\n";
    close $handle or die "$file: $!\n";
}

sub scrip {
    my $action = RT::ScripAction->new( RT->SystemUser );
    $action->LoadByCols( ExecModule => 'HuiyinEvent' );
    done( 'action', $action->Create( Name => 'Tell Huiyin', ExecModule => 'HuiyinEvent' ) ) unless $action->id;
    my $scrip = RT::Scrip->new( RT->SystemUser );
    $scrip->LoadByCols( Description => 'Huiyin case events' );
    return if $scrip->id;
    done( 'scrip', $scrip->Create(
        Description => 'Huiyin case events', Queue => 0, Stage => 'TransactionBatch',
        ScripCondition => 'On Transaction', ScripAction => $action->id, Template => 'Blank',
    ) );
}

main();
