/** A played Asterisk for tests of the connector: it has channels, answers what the connector asks, and tells events. */
import { type FakeManager, type Headers, startFakeManager } from './asterisk-manager.ts';

export interface PlayedChannel {
  readonly name: string;
  readonly id: string;
  readonly linkedId?: string;
  readonly state: string;
  readonly number: string;
  readonly exten: string;
  readonly bridge?: string;
}

export interface PlayedPbx {
  readonly manager: FakeManager;
  /** What `CoreShowChannels` lists. */
  channels: PlayedChannel[];
  /** What `DeviceStateList` lists: a device and its state. */
  devices: (readonly [device: string, state: string])[];
  /** Another text is another run of the PBX. */
  startedText: string;
  /** Told right behind the last line of the next list of channels, in the same bytes; then forgotten. */
  behindTheList: Headers[];
  /** Told right before that list begins; then forgotten. */
  beforeTheList: Headers[];
  emit(event: string, ...headers: Headers[]): void;
  /** Answers an action that changes something; undefined: it is unknown here; null: it is never answered. */
  obey: (action: ReadonlyMap<string, string>) => Headers | null | undefined;
}

export const shown = (channel: PlayedChannel, prefix = ''): Headers => [
  [`${prefix}Channel`, channel.name],
  [`${prefix}ChannelState`, channel.state],
  [`${prefix}CallerIDNum`, channel.number],
  [`${prefix}CallerIDName`, '<unknown>'],
  [`${prefix}Context`, 'phones'],
  [`${prefix}Exten`, channel.exten],
  [`${prefix}Uniqueid`, channel.id],
  [`${prefix}Linkedid`, channel.linkedId ?? channel.id],
];

export async function startPlayedPbx(): Promise<PlayedPbx> {
  const pbx: { -readonly [Key in keyof PlayedPbx]: PlayedPbx[Key] } = {
    manager: undefined as never,
    channels: [],
    devices: [],
    startedText: '10:00:00',
    behindTheList: [],
    beforeTheList: [],
    obey: () => undefined,
    emit: (event, ...headers) => pbx.manager.emit([['Event', event], ...headers.flat()]),
  };
  const list = (id: string): Headers[] => {
    const before = pbx.beforeTheList.splice(0);
    const items = pbx.channels.map(
      (channel): Headers => [
        ['Event', 'CoreShowChannel'],
        ['ActionID', id],
        ...shown(channel),
        ['BridgeId', channel.bridge ?? ''],
      ],
    );
    const start: Headers = [
      ['Response', 'Success'],
      ['ActionID', id],
      ['EventList', 'start'],
    ];
    const end: Headers = [
      ['Event', 'CoreShowChannelsComplete'],
      ['ActionID', id],
      ['EventList', 'Complete'],
    ];
    return [...before, start, ...items, end, ...pbx.behindTheList.splice(0)];
  };
  const answers: Readonly<Record<string, (id: string) => Headers[]>> = {
    CoreStatus: (id) => [
      [
        ['Response', 'Success'],
        ['ActionID', id],
        ['CoreStartupTime', pbx.startedText],
      ],
    ],
    CoreSettings: (id) => [
      [
        ['Response', 'Success'],
        ['ActionID', id],
        ['AsteriskVersion', '22.1.0'],
      ],
    ],
    BridgeList: (id) => [
      [
        ['Response', 'Success'],
        ['ActionID', id],
        ['EventList', 'start'],
      ],
      [
        ['Event', 'BridgeListComplete'],
        ['ActionID', id],
        ['EventList', 'Complete'],
      ],
    ],
    CoreShowChannels: list,
    DeviceStateList: (id) => [
      [
        ['Response', 'Success'],
        ['ActionID', id],
        ['EventList', 'start'],
      ],
      ...pbx.devices.map(
        ([device, state]): Headers => [
          ['Event', 'DeviceStateChange'],
          ['ActionID', id],
          ['Device', device],
          ['State', state],
        ],
      ),
      [
        ['Event', 'DeviceStateListComplete'],
        ['ActionID', id],
        ['EventList', 'Complete'],
      ],
    ],
  };
  pbx.manager = await startFakeManager({
    answer: (action, id) => {
      const answer = answers[action.get('action') ?? ''];
      const obeyed = pbx.obey(action);
      if (obeyed !== undefined) return obeyed && [obeyed];
      if (!answer) return undefined;
      pbx.manager.emitTogether(answer(id));
      return null;
    },
  });
  return pbx;
}
