/** What a remote-connect template may hold, written as it is written. */
export const remotePlaces = {
  hostname: '{hostname}',
  name: '{name}',
  device: '{device}',
  client: '{client}',
  site: '{site}',
};

export const remoteExample = 'https://remote.example.com/#{hostname}';
