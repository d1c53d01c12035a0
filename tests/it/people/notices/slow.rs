//! Systems that are slow and take what they are sent all the same: nobody waits for them.

use std::time::Duration;

use chrono::TimeDelta;
use entity::enums::NoticeState;
use entity::instants::Millis;
use signpost::notices::lanes::{AT_ONCE, Lane};
use signpost::notices::sending::{Round, SLOW_FOR};

use super::endpoint_of;
use super::receiver::Receiver;
use crate::people::graph::Network;

/// As many as are sent to at once do not answer before the one behind them has its notice: it has, and so each is taken.
#[tokio::test]
async fn slow_receivers_make_room_while_they_are_waited_for() {
    let network = Network::new().await;
    let max = network.other_manager().await;
    let (mut slow, mut all) = (Vec::new(), Vec::new());
    for number in 0..AT_ONCE {
        let receiver = Receiver::holding().await;
        let manager = if number < 4 { &network.manager } else { &max };
        all.push(endpoint_of(&network.named(manager, &receiver.url).await));
        slow.push(receiver);
    }
    let quick = Receiver::new(200).await;
    let last = endpoint_of(&network.named(&network.manager, &quick.url).await);
    assert!(all.iter().all(|one| *one < last), "it is the last of the lane");
    all.push(last);
    let happens = async |steps: i32| {
        for (number, to) in (0_u128..).zip(&all) {
            network.happens(*to, number..number + 1, steps).await;
        }
    };
    happens(1).await;
    let sender = network.sender();
    let let_go = async {
        quick.has(1).await;
        // The last of them was begun a little later than the first, and makes room as much later.
        for to in all.iter().filter(|to| **to != last) {
            while network.endpoint(*to).await.slow_until.is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        slow.iter().for_each(Receiver::lets_go);
    };
    let (round, ()) = tokio::join!(sender.send_due(), let_go);
    assert_eq!(round.unwrap(), Round { delivered: all.len() as u64, ..Round::default() });
    let until = Millis(Millis::from(network.app.clock.now()).0 + SLOW_FOR);
    for to in &all {
        let row = network.endpoint(*to).await;
        assert_eq!((row.failing_since, row.slow_until), (None, (*to != last).then_some(until)));
    }
    // For a while they have their turns among themselves.
    happens(2).await;
    let of_slow = AT_ONCE as u64;
    assert_eq!(sender.send_lane(Lane::Well).await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(sender.send_lane(Lane::Slow).await.unwrap(), Round { delivered: of_slow, ..Round::default() });
    network.app.clock.advance(TimeDelta::milliseconds(SLOW_FOR));
    happens(3).await;
    assert_eq!(sender.send_lane(Lane::Slow).await.unwrap(), Round::default());
    assert_eq!(sender.send_lane(Lane::Well).await.unwrap(), Round { delivered: of_slow + 1, ..Round::default() });
}

/// What becomes due while another is waited for is looked for and sent meanwhile.
#[tokio::test]
async fn what_becomes_due_meanwhile_waits_for_no_round() {
    let network = Network::new().await;
    let (slow, quick) = (Receiver::holding().await, Receiver::new(200).await);
    let waits = endpoint_of(&network.named(&network.manager, &slow.url).await);
    let late = endpoint_of(&network.named(&network.manager, &quick.url).await);
    network.happens(waits, 0..1, 1).await;
    let happens = async {
        slow.has(1).await;
        network.happens(late, 1..2, 1).await;
        quick.has(1).await;
        slow.lets_go();
        loop {
            let row = network.notices(waits).await.remove(0);
            assert_eq!((row.attempts, row.last_error), (1, None), "it was not given up meanwhile");
            if row.state == NoticeState::Delivered {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let sender = network.sender();
    tokio::select! {
        () = sender.send_for_ever(Lane::Well, Duration::from_millis(10)) => panic!("it goes on for ever"),
        () = happens => {}
    }
    assert_eq!((slow.got().len(), quick.got().len()), (1, 1));
}
